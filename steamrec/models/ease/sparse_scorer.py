"""Scoring with sparse item-item weights (steamrec.models.ease.sparse)."""

import numpy as np

from steamrec.data.user_batches import IntArray, LongArray, UserBatch
from steamrec.models.compiled import FLOATS, INTS, LONGS, MATRIX_OUT, NOTHING, compiled
from steamrec.models.ease.sparse_arrays import STARTS, TARGETS, VALUES
from steamrec.scoring.artifact import Arrays
from steamrec.scoring.scorer import FloatArray


def sparse_scores(arrays: Arrays, batch: UserBatch, items: int) -> FloatArray:
    """float32 [users of the batch, items]: the sums of the weights from the items owned."""
    scores = np.zeros((len(batch.users), items), np.float32)
    weights = (arrays[STARTS], arrays[TARGETS], arrays[VALUES])
    _add_weights(*weights, batch.indices, batch.indptr, scores)
    return scores


@compiled(NOTHING, LONGS, INTS, FLOATS, INTS, LONGS, MATRIX_OUT)
def _add_weights(
    starts: LongArray,
    targets: IntArray,
    values: FloatArray,
    owned: IntArray,
    owned_at: LongArray,
    scores: FloatArray,
) -> None:
    """Add the weights of a user's items to the user's row, in the order of the items."""
    for row in range(len(owned_at) - 1):
        sums = scores[row]
        for index in range(owned_at[row], owned_at[row + 1]):
            for k in range(starts[owned[index]], starts[owned[index] + 1]):
                sums[targets[k]] += values[k]
