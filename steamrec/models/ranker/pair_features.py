"""Conditional probabilities between the items owned and the candidates, all users of a batch."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from steamrec.data.user_batches import IntArray, LongArray, UserBatch
from steamrec.models.compiled import (
    COUNT_MATRIX,
    FLOATS,
    FLOATS_OUT,
    INTS,
    INTS_OUT,
    LONGS,
    MATRIX_OUT,
    NOTHING,
    compiled,
)
from steamrec.models.ranker.candidates import Candidates
from steamrec.models.ranker.retrieval import Retrieval
from steamrec.scoring.scorer import FloatArray

CountMatrix = npt.NDArray[np.uint16] | npt.NDArray[np.uint32]


@dataclass(frozen=True)
class PairFeatures:
    """Of each candidate j, over the items i that its user owns: P(j | i) and P(i | j).

    given_owned, given_candidate: float32 [4, candidates], the three largest of P(j | i) and of
    P(i | j), falling, 0 where fewer items are owned, and the sum. back_at_best: float32, P(i | j)
    of the first i with the largest P(j | i), which is best: int32.
    """

    given_owned: FloatArray
    given_candidate: FloatArray
    back_at_best: FloatArray
    best: IntArray


def pair_features(retrieval: Retrieval, ordered: UserBatch, candidates: Candidates) -> PairFeatures:
    """The PairFeatures of all candidates; `ordered` has the libraries in their order."""
    count = len(candidates.items)
    values = np.empty((9, count), np.float32)
    best = np.empty(count, np.int32)
    owners = np.maximum(retrieval.owners, 1)
    _fill(
        retrieval.together, owners, ordered.indices, ordered.indptr,
        candidates.items, candidates.indptr, values, best,
    )  # fmt: skip
    return PairFeatures(values[:4], values[4:8], values[8], best)


@compiled(NOTHING, FLOATS, MATRIX_OUT)
def _insert(values: FloatArray, largest: FloatArray) -> None:
    """Put each value among the three largest of its column, and add it to the fourth row.

    Minima and maxima instead of branches: the loop runs in vector instructions.
    """
    one, two, three, total = largest[0], largest[1], largest[2], largest[3]
    for k in range(len(values)):
        value = values[k]
        below = min(one[k], value)
        one[k] = max(one[k], value)
        value = min(two[k], below)
        two[k] = max(two[k], below)
        three[k] = max(three[k], value)
        total[k] += values[k]


@compiled(
    NOTHING, COUNT_MATRIX, FLOATS, INTS, INTS, MATRIX_OUT, MATRIX_OUT, FLOATS_OUT, INTS_OUT
)  # fmt: skip
def _fill_user(
    together: CountMatrix,
    owners: FloatArray,
    library: IntArray,
    chosen: IntArray,
    given_owned: FloatArray,
    given_candidate: FloatArray,
    back_at_best: FloatArray,
    best: IntArray,
) -> None:
    """Each owned item in turn, against all candidates of the user: sums run in library order."""
    of_candidate = owners[chosen]
    both, given = np.empty(len(chosen), np.float32), np.empty(len(chosen), np.float32)
    back = np.empty(len(chosen), np.float32)
    best[:] = library[0]
    for item in library:
        counts, of_owned = together[item], owners[item]
        for k in range(len(chosen)):
            both[k] = counts[chosen[k]]
        for k in range(len(chosen)):
            given[k] = both[k] / of_owned
            back[k] = both[k] / of_candidate[k]
            better = given[k] > given_owned[0, k]
            best[k] = item if better else best[k]
            back_at_best[k] = back[k] if better else back_at_best[k]
        _insert(given, given_owned)
        _insert(back, given_candidate)


@compiled(NOTHING, COUNT_MATRIX, FLOATS, INTS, LONGS, INTS, LONGS, MATRIX_OUT, INTS_OUT)
def _fill(
    together: CountMatrix,
    owners: FloatArray,
    owned: IntArray,
    owned_at: LongArray,
    chosen: IntArray,
    chosen_at: LongArray,
    values: FloatArray,
    best: IntArray,
) -> None:
    """The rows of `values` are given_owned, given_candidate and back_at_best."""
    for row in range(len(owned_at) - 1):
        start, stop = chosen_at[row], chosen_at[row + 1]
        if start == stop:
            continue
        mine = np.zeros((9, stop - start), np.float32)
        _fill_user(
            together, owners, owned[owned_at[row] : owned_at[row + 1]], chosen[start:stop],
            mine[:4], mine[4:8], mine[8], best[start:stop],
        )  # fmt: skip
        values[:, start:stop] = mine
