"""EASE's scorer: a user's score of an item is the sum of weights from the items owned."""

import numpy as np
from scipy import sparse

from steamrec.data.user_batches import Block
from steamrec.scoring.artifact import Artifact
from steamrec.scoring.scorer import FloatArray, as_float32


class EaseScorer:
    """Scores from what a user owns; no user vector is learnt.

    Array of the artifact: `weights` float32 [items, items], zero on the diagonal.
    """

    def __init__(self, artifact: Artifact) -> None:
        self.name, self.items = artifact.name, artifact.items
        self.weights = as_float32(artifact.arrays["weights"])

    @classmethod
    def of(cls, weights: FloatArray) -> "EaseScorer":
        """The scorer of `weights`, float32 [items, items]."""
        return cls(Artifact("ease", {"weights": weights}, 0, len(weights)))

    def scores(self, block: Block) -> FloatArray:
        """float32 [users of the block, items]."""
        ones = np.ones(len(block.items), np.float32)
        shape = (len(block.users), self.items)
        owned = sparse.csr_matrix((ones, block.items, block.offsets), shape=shape)
        scores: FloatArray = owned @ self.weights
        return scores
