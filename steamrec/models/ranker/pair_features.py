"""Conditional probabilities between the items owned and the candidates, all users of a block."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from steamrec.data.user_batches import Block, IntArray, LongArray
from steamrec.models.ranker.candidates import Candidates
from steamrec.models.ranker.compiled import (
    COUNT_MATRIX,
    FLOAT,
    FLOATS,
    INTS,
    INTS_OUT,
    LONG,
    LONGS,
    MATRIX_OUT,
    NOTHING,
    compiled,
)
from steamrec.models.ranker.retrieval import Retrieval
from steamrec.scoring.scorer import FloatArray


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


def pair_features(retrieval: Retrieval, ordered: Block, candidates: Candidates) -> PairFeatures:
    """The PairFeatures of all candidates; `ordered` has the libraries in their order."""
    count = len(candidates.items)
    values = np.empty((9, count), np.float32)
    best = np.empty(count, np.int32)
    owners = np.maximum(retrieval.owners, 1)
    _fill(
        retrieval.together, owners, ordered.items, ordered.offsets,
        candidates.items, candidates.offsets, values, best,
    )  # fmt: skip
    return PairFeatures(values[:4], values[4:8], values[8], best)


@compiled(NOTHING, MATRIX_OUT, LONG, LONG, FLOAT)
def _insert(values: FloatArray, first: int, at: int, value: float) -> None:
    """Put the value among the three largest in rows `first` on, and add it to the fourth row."""
    one, two, three = values[first, at], values[first + 1, at], values[first + 2, at]
    values[first, at] = max(one, value)
    below = min(one, value)
    values[first + 1, at] = max(two, below)
    values[first + 2, at] = max(three, min(two, below))
    values[first + 3, at] += value


@compiled(NOTHING, COUNT_MATRIX, FLOATS, INTS, LONGS, INTS, LONGS, MATRIX_OUT, INTS_OUT)
def _fill(
    together: npt.NDArray[np.uint16],
    owners: FloatArray,
    owned: IntArray,
    owned_at: LongArray,
    chosen: IntArray,
    chosen_at: LongArray,
    values: FloatArray,
    best: IntArray,
) -> None:
    """Each owned item in turn, against all candidates of the user: sums run in library order."""
    for row in range(len(owned_at) - 1):
        start, stop = chosen_at[row], chosen_at[row + 1]
        values[:, start:stop] = 0
        if start == stop:
            continue
        best[start:stop] = owned[owned_at[row]]
        for place in range(owned_at[row], owned_at[row + 1]):
            item = owned[place]
            counts, of_owned = together[item], owners[item]
            for at in range(start, stop):
                both = np.float32(counts[chosen[at]])
                given, back = both / of_owned, both / owners[chosen[at]]
                if given > values[0, at] or place == owned_at[row]:
                    best[at], values[8, at] = item, back
                _insert(values, 0, at, given)
                _insert(values, 4, at, back)
