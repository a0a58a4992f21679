"""EASE's scorer: a user's score of an item is the sum of weights from the items owned."""

import numpy as np

from steamrec.data.user_batches import IntArray, LongArray, UserBatch
from steamrec.models.compiled import INTS, LONGS, MATRIX, MATRIX_OUT, NOTHING, compiled
from steamrec.models.ease.sparse_arrays import VALUES
from steamrec.scoring.artifact import Artifact
from steamrec.scoring.scorer import FloatArray, as_float32

# Items scored together: their weights from the items that a batch's users own fit in the cache.
COLUMNS = 512


class EaseScorer:
    """Scores from what a user owns; no user vector is learnt.

    Array of the artifact: `weights` float32 [items, items], zero on the diagonal; or those of
    sparse weights (steamrec.models.ease.sparse_arrays).
    """

    def __init__(self, artifact: Artifact) -> None:
        self.name, self.items = artifact.name, artifact.items
        self._sparse = artifact.arrays if VALUES in artifact.arrays else None
        if self._sparse is None:
            self.weights = as_float32(artifact.arrays["weights"])

    @classmethod
    def of(cls, weights: FloatArray) -> "EaseScorer":
        """The scorer of `weights`, float32 [items, items]."""
        return cls(Artifact("ease", {"weights": weights}, 0, len(weights)))

    def scores(self, batch: UserBatch) -> FloatArray:
        """float32 [users of the batch, items]."""
        if self._sparse is not None:
            # Its kernel is compiled only where it is used.
            from steamrec.models.ease.sparse_scorer import sparse_scores

            return sparse_scores(self._sparse, batch, self.items)
        scores = np.zeros((len(batch.users), self.items), np.float32)
        _add_weights(self.weights, batch.indices, batch.indptr, scores)
        return scores


@compiled(NOTHING, MATRIX, INTS, LONGS, MATRIX_OUT)
def _add_weights(
    weights: FloatArray, owned: IntArray, owned_at: LongArray, scores: FloatArray
) -> None:
    """Add the weights of a user's items to the user's row, in the order of the items."""
    for left in range(0, scores.shape[1], COLUMNS):
        right = min(left + COLUMNS, scores.shape[1])
        for row in range(len(owned_at) - 1):
            sums = scores[row, left:right]
            for place in range(owned_at[row], owned_at[row + 1]):
                part = weights[owned[place], left:right]
                for column in range(len(sums)):
                    sums[column] += part[column]
