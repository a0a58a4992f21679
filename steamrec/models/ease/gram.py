"""The Gram matrix: how many users own both of two items, counted above the diagonal only."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from steamrec.data.user_batches import IntArray, LongArray, UserBatch
from steamrec.models.compiled import (
    INTS,
    INTS_OUT,
    LONG,
    LONGS,
    LONGS_OUT,
    MATRIX_OUT,
    NOTHING,
    compiled,
)
from steamrec.scoring.scorer import FloatArray

TILE = 256


@dataclass(frozen=True)
class UpperGram:
    """The Gram matrix of some users, on and above its diagonal, as sparse rows.

    Row i has the items others[starts[i] : starts[i + 1]], all at least i and ascending, and their
    counts. starts: int64 [items + 1]; others, counts: int32.
    """

    starts: LongArray
    others: IntArray
    counts: IntArray


def upper_gram(batch: UserBatch, items: int) -> UpperGram:
    """How many of the batch's users own both, for each pair of items with an owner."""
    ones = np.ones(len(batch.indices), np.bool_)
    owned = sparse.csr_matrix(
        (ones, batch.indices, batch.indptr), shape=(len(batch.users), items)
    ).tocsc()
    libraries = (batch.indices, batch.indptr, owned.indices.astype(np.int32))
    owners_at = owned.indptr.astype(np.int64)
    starts = np.zeros(items + 1, np.int64)
    nothing = np.empty(0, np.int32)
    _count(items, *libraries, owners_at, starts, nothing, nothing)
    starts = np.cumsum(starts)
    others, counts = (np.empty(starts[-1], np.int32) for _ in range(2))
    _count(items, *libraries, owners_at, starts, others, counts)
    return UpperGram(starts, others, counts)


def add_upper(gram: FloatArray, part: UpperGram) -> None:
    """Add the counts to `gram`, float32 [items, items], on and above its diagonal."""
    _add(part.starts, part.others, part.counts, gram)


def mirror(matrix: npt.NDArray[np.float32]) -> None:
    """Copy what is above the diagonal of a square matrix below it, tile by tile."""
    items = len(matrix)
    for top in range(0, items, TILE):
        rows = slice(top, top + TILE)
        corner = np.triu(matrix[rows, rows])
        matrix[rows, rows] = corner + np.triu(corner, 1).T
        for left in range(top + TILE, items, TILE):
            columns = slice(left, left + TILE)
            matrix[columns, rows] = matrix[rows, columns].T


@compiled(NOTHING, LONG, INTS, LONGS, INTS, LONGS, LONGS_OUT, INTS_OUT, INTS_OUT)
def _count(
    items: int,
    owned: IntArray,
    owned_at: LongArray,
    owners: IntArray,
    owners_at: LongArray,
    starts: LongArray,
    others: IntArray,
    counts: IntArray,
) -> None:
    """Count row by row; without room in `others`, only starts[i + 1], the size of row i."""
    row = np.zeros(items, np.int32)
    for item in range(items):
        for k in range(owners_at[item], owners_at[item + 1]):
            user = owners[k]
            place = owned_at[user + 1] - 1
            while place >= owned_at[user] and owned[place] >= item:
                row[owned[place]] += 1
                place -= 1
        place = starts[item]
        for other in range(item, items):
            if row[other]:
                if len(others):
                    others[place], counts[place] = other, row[other]
                    place += 1
                else:
                    starts[item + 1] += 1
                row[other] = 0


@compiled(NOTHING, LONGS, INTS, INTS, MATRIX_OUT)
def _add(starts: LongArray, others: IntArray, counts: IntArray, gram: FloatArray) -> None:
    for item in range(len(starts) - 1):
        row = gram[item]
        for k in range(starts[item], starts[item + 1]):
            row[others[k]] += np.float32(counts[k])
