"""The candidates: the items with the best EASE scores that a user does not own."""

from dataclasses import dataclass

import numpy as np

from steamrec.data.user_batches import IntArray, LongArray, UserBatch
from steamrec.models.compiled import FLOATS, INTS, INTS_OUT, LONG, LONGS, MATRIX, NOTHING, compiled
from steamrec.scoring.scorer import FloatArray


@dataclass(frozen=True)
class Candidates:
    """The candidates of the users of a batch, each user's best first.

    items: int32 [indptr[-1]]; indptr: int64 [users + 1]; user u's are
    items[indptr[u] : indptr[u + 1]].
    """

    items: IntArray
    indptr: LongArray

    @property
    def rows(self) -> LongArray:
        """int64 [indptr[-1]]: the row of the batch that each candidate belongs to."""
        return np.repeat(np.arange(len(self.indptr) - 1), np.diff(self.indptr))

    def of(self, row: int) -> IntArray:
        """The candidates of one row of the batch."""
        return self.items[self.indptr[row] : self.indptr[row + 1]]


def candidates(ease: FloatArray, batch: UserBatch, count: int) -> Candidates:
    """At most `count` items per user that are not owned; none for a user who owns nothing.

    ease: float32 [users of the batch, items], finite; ties go to the lower item number.
    """
    owned = np.diff(batch.indptr)
    sizes = np.where(owned > 0, np.minimum(count, ease.shape[1] - owned), 0)
    indptr = np.append(0, np.cumsum(sizes)).astype(np.int64)
    items = np.empty(indptr[-1], np.int32)
    _select(ease, batch.indices, batch.indptr, indptr, items)
    return Candidates(items, indptr)


def best_items(scores: FloatArray, count: int) -> IntArray:
    """int32 [rows, count]: the best items of each row of float32 [rows, items], best first.

    Ties go to the lower item number. count: at most items.
    """
    rows = len(scores)
    best = np.empty(rows * count, np.int32)
    nothing = np.zeros(rows + 1, np.int64)
    _select(scores, np.empty(0, np.int32), nothing, np.arange(rows + 1) * count, best)
    return best.reshape(rows, count)


@compiled(NOTHING, FLOATS, INTS_OUT, LONG, LONG)
def _sink(scores: FloatArray, heap: IntArray, place: int, size: int) -> None:
    """Put the item at `place` where it belongs: each item is worse than the two below it.

    Worse is a lower score or, of equal scores, a higher item number.
    """
    item = heap[place]
    while 2 * place + 1 < size:
        child = 2 * place + 1
        if child + 1 < size:
            one, other = heap[child], heap[child + 1]
            if scores[other] < scores[one] or (scores[other] == scores[one] and other > one):
                child += 1
        below = heap[child]
        if scores[item] < scores[below] or (scores[item] == scores[below] and item > below):
            break
        heap[place] = below
        place = child
    heap[place] = item


@compiled(NOTHING, MATRIX, INTS, LONGS, LONGS, INTS_OUT)
def _select(
    ease: FloatArray, owned: IntArray, owned_at: LongArray, chosen_at: LongArray, chosen: IntArray
) -> None:
    """Fill `chosen` row by row, with the best items seen so far in a heap, the worst on top.

    Items come in ascending order: one that only equals the worst score has the higher number.
    """
    items = ease.shape[1]
    free = np.ones(items, np.bool_)
    for row in range(ease.shape[0]):
        start, size = chosen_at[row], chosen_at[row + 1] - chosen_at[row]
        if size == 0:
            continue
        scores, heap = ease[row], chosen[start : start + size]
        mine = owned[owned_at[row] : owned_at[row + 1]]
        for item in mine:
            free[item] = False
        filled = 0
        for item in range(items):
            if filled == size:
                if scores[item] <= scores[heap[0]] or not free[item]:
                    continue
                heap[0] = item
                _sink(scores, heap, 0, size)
            elif free[item]:
                heap[filled] = item
                filled += 1
                if filled == size:
                    for place in range(size // 2 - 1, -1, -1):
                        _sink(scores, heap, place, size)
        for item in mine:
            free[item] = True
        # The worst of what is left goes behind it.
        for last in range(size - 1, 0, -1):
            heap[0], heap[last] = heap[last], heap[0]
            _sink(scores, heap, 0, last)
