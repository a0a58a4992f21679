"""How candidates fit between the items of a library, in the order of the library.

A gap is two neighbours a, b of the library.
"""

from dataclasses import dataclass

import numpy as np

from steamrec.data.user_batches import IntArray, LongArray, UserBatch
from steamrec.models.compiled import (
    FLOATS,
    INTS,
    LONG,
    LONGS,
    MATRIX_OUT,
    NOTHING,
    compiled,
)
from steamrec.models.ranker.candidates import Candidates
from steamrec.models.ranker.retrieval import Retrieval
from steamrec.scoring.scorer import FloatArray, as_float32


@dataclass(frozen=True)
class GapFeatures:
    """Of each candidate j, float32 [candidates].

    after, before: the largest share of an owned item's owners who have j just after, just before
    it. fit: the chance of a, j, b in a row against a, b, were each step to depend on the last item
    only, at the best gap. between, between_any: the chance that j stands in a gap, the best one
    and any; of one gap it is the share of libraries with a, j, b in a row among those with a, j, b
    or a, b.
    """

    after: FloatArray
    before: FloatArray
    fit: FloatArray
    between: FloatArray
    between_any: FloatArray


def gap_features(retrieval: Retrieval, ordered: UserBatch, candidates: Candidates) -> GapFeatures:
    """The GapFeatures of all candidates; `ordered` has the libraries in their order."""
    index = retrieval.neighbours
    owners = np.maximum(retrieval.owners, 1)
    owned, owned_at = ordered.indices, ordered.indptr
    chosen, chosen_at = candidates.items, candidates.indptr
    beside = np.zeros((3, len(chosen)), np.float32)
    _fill_beside(
        owners, *index.following, *index.preceding, owned, owned_at, chosen, chosen_at, beside
    )
    between = np.zeros((2, len(chosen)), np.float32)
    _fill_between(
        retrieval.items, retrieval.between_keys, index.chances, index.logs,
        owned, owned_at, chosen, chosen_at, between,
    )  # fmt: skip
    any_gap = as_float32(1 - np.exp(between[1]))
    return GapFeatures(beside[0], beside[1], beside[2], between[0], any_gap)


@compiled(
    NOTHING, FLOATS, LONGS, INTS, FLOATS, LONGS, INTS, FLOATS,
    INTS, LONGS, INTS, LONGS, MATRIX_OUT,
)  # fmt: skip
def _fill_beside(
    owners: FloatArray,
    following_at: LongArray,
    following: IntArray,
    following_counts: FloatArray,
    preceding_at: LongArray,
    preceding: IntArray,
    preceding_counts: FloatArray,
    owned: IntArray,
    owned_at: LongArray,
    chosen: IntArray,
    chosen_at: LongArray,
    values: FloatArray,
) -> None:
    """Add after, before and fit to `values`, one owned item after the other."""
    column = np.full(len(owners), -1, np.int32)
    for row in range(len(owned_at) - 1):
        start, stop = chosen_at[row], chosen_at[row + 1]
        if start == stop:
            continue
        for at in range(start, stop):
            column[chosen[at]] = at - start
        of_candidate = owners[chosen[start:stop]]
        mine = np.zeros((3, stop - start), np.float32)
        fit = mine[2]
        # Of the last item and of this one: how often each candidate stands just after, before it.
        last, before = np.zeros_like(of_candidate), np.zeros_like(of_candidate)
        direct = np.float32(1)  # how often the two stand side by side
        for place in range(owned_at[row], owned_at[row + 1]):
            item = owned[place]
            before[:] = 0
            for k in range(preceding_at[item], preceding_at[item + 1]):
                at = column[preceding[k]]
                if at >= 0:
                    before[at] = preceding_counts[k]
                    mine[1, at] = max(mine[1, at], preceding_counts[k] / owners[item])
            if place > owned_at[row]:
                for at in range(len(fit)):
                    chance = last[at] * before[at] / (of_candidate[at] * direct)
                    fit[at] = max(fit[at], chance)
            last[:] = 0
            beside = owned[place + 1] if place + 1 < owned_at[row + 1] else -1
            direct = np.float32(1)
            for k in range(following_at[item], following_at[item + 1]):
                at = column[following[k]]
                if at >= 0:
                    last[at] = following_counts[k]
                    mine[0, at] = max(mine[0, at], following_counts[k] / owners[item])
                elif following[k] == beside:
                    direct = max(direct, following_counts[k])
        values[:, start:stop] = mine
        for at in range(start, stop):
            column[chosen[at]] = -1


@compiled(NOTHING, LONG, LONGS, FLOATS, FLOATS, INTS, LONGS, INTS, LONGS, MATRIX_OUT)
def _fill_between(
    items: int,
    keys: LongArray,
    chances: FloatArray,
    logs: FloatArray,
    owned: IntArray,
    owned_at: LongArray,
    chosen: IntArray,
    chosen_at: LongArray,
    values: FloatArray,
) -> None:
    """Add the best chance, and the log of missing every gap, to `values`."""
    column = np.full(items, -1, np.int32)
    for row in range(len(owned_at) - 1):
        start, stop = chosen_at[row], chosen_at[row + 1]
        if start == stop:
            continue
        for at in range(start, stop):
            column[chosen[at]] = at - start
        best, missing = np.zeros(stop - start, np.float32), np.zeros(stop - start, np.float64)
        for place in range(owned_at[row], owned_at[row + 1] - 1):
            low = (np.int64(owned[place]) * items + owned[place + 1]) * items
            k = np.searchsorted(keys, low)
            while k < len(keys) and keys[k] < low + items:
                at = column[keys[k] - low]
                if at >= 0:
                    best[at] = max(best[at], chances[k])
                    missing[at] += logs[k]
                k += 1
        values[0, start:stop] = best
        values[1, start:stop] = missing.astype(np.float32)
        for at in range(start, stop):
            column[chosen[at]] = -1
