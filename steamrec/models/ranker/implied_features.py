"""What the owners of a candidate nearly always own, and whether this user owns it."""

import numpy as np
import numpy.typing as npt

from steamrec.data.user_batches import IntArray, LongArray, UserBatch
from steamrec.models.compiled import (
    INT_MATRIX,
    INTS,
    LONG,
    LONGS,
    MASK_OUT,
    NOTHING,
    compiled,
)
from steamrec.models.ranker.candidates import Candidates
from steamrec.models.ranker.retrieval import Retrieval
from steamrec.scoring.scorer import FloatArray


def implied_features(
    retrieval: Retrieval, batch: UserBatch, candidates: Candidates
) -> tuple[FloatArray, FloatArray]:
    """float32 [candidates] each: the strengths of what is implied and owned, and of what is not."""
    owned = np.empty((len(candidates.items), retrieval.implied.shape[1]), np.bool_)
    _fill(
        retrieval.items, retrieval.implied, batch.indices, batch.indptr,
        candidates.items, candidates.indptr, owned,
    )  # fmt: skip
    strengths = retrieval.strengths[candidates.items]
    return (owned * strengths).sum(axis=1), (~owned * strengths).sum(axis=1)


@compiled(NOTHING, LONG, INT_MATRIX, INTS, LONGS, INTS, LONGS, MASK_OUT)
def _fill(
    items: int,
    implied: IntArray,
    owned: IntArray,
    owned_at: LongArray,
    chosen: IntArray,
    chosen_at: LongArray,
    found: npt.NDArray[np.bool_],
) -> None:
    """Whether the user owns each of the items that a candidate implies."""
    known = np.zeros(items, np.bool_)
    for row in range(len(owned_at) - 1):
        for place in range(owned_at[row], owned_at[row + 1]):
            known[owned[place]] = True
        for at in range(chosen_at[row], chosen_at[row + 1]):
            for k in range(implied.shape[1]):
                found[at, k] = known[implied[chosen[at], k]]
        for place in range(owned_at[row], owned_at[row + 1]):
            known[owned[place]] = False
