"""Counts of what stands between what in the libraries, and what an item implies.

Steam lists a library in nearly one order for everybody, by package. Games of one package stand
next to each other, so the neighbours in a library tell series, bundles and add-ons.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from steamrec.data.user_batches import LongArray, UserBatch
from steamrec.models.ranker.candidates import best_items
from steamrec.scoring.scorer import FloatArray

IMPLIED = 20
MOST_CERTAIN = 0.999


def library_order(batch: UserBatch) -> UserBatch:
    """The batch with each user's items in the order of the library instead of ascending."""
    if batch.positions is None:
        return batch
    owners = np.repeat(np.arange(len(batch.users)), np.diff(batch.indptr))
    order = np.lexsort((batch.indices, batch.positions, owners))
    return UserBatch(
        batch.number, batch.users, batch.indptr, batch.indices[order], batch.positions[order]
    )


def between_keys(batch: UserBatch, items: int) -> LongArray:
    """int64 [n]: gap * items + j for each j that is just between a and b of a gap (a, b).

    A gap is a * items + b; a, j, b are three items in a row of one library.
    """
    ordered = library_order(batch)
    owners = np.repeat(np.arange(len(batch.users)), np.diff(batch.indptr))
    inside = owners[2:] == owners[:-2]
    a, j, b = (ordered.indices[k : len(owners) - 2 + k][inside].astype(np.int64) for k in range(3))
    keys: LongArray = (a * items + b) * items + j
    return keys


def adjacent_keys(batch: UserBatch, items: int) -> LongArray:
    """int64 [n]: a * items + b for each two items a, b in a row of one library."""
    ordered = library_order(batch)
    owners = np.repeat(np.arange(len(batch.users)), np.diff(batch.indptr))
    inside = owners[1:] == owners[:-1]
    a, b = ordered.indices[:-1][inside].astype(np.int64), ordered.indices[1:][inside]
    keys: LongArray = a * items + b
    return keys


def whole_counts(counts: FloatArray) -> npt.NDArray[np.uint16] | npt.NDArray[np.uint32]:
    """The counts (float32, whole) as uint16 where the largest fits, else as uint32: exact."""
    if counts.max(initial=0) <= np.iinfo(np.uint16).max:
        return counts.astype(np.uint16)
    return counts.astype(np.uint32)


def implied_items(
    together: npt.NDArray[Any], owners: FloatArray, users: int
) -> tuple[npt.NDArray[np.int32], FloatArray]:
    """For each item j, the items i that its owners own far more often than others do.

    together: [items, items], how many users own both; owners: float32 [items]. The strength of i
    is log((1 - P(i)) / (1 - P(i | j))): what not owning i speaks against j. Returns the
    IMPLIED strongest i, int32 [items, m], and their strengths, float32 [items, m].
    """
    items = len(owners)
    kept = min(IMPLIED, items)
    base = np.minimum(owners / np.float32(max(users, 1)), np.float32(MOST_CERTAIN))
    best = np.zeros((items, kept), np.int32)
    strengths = np.zeros((items, kept), np.float32)
    for start in range(0, items, 512):
        counts = together[start : start + 512].astype(np.float32)
        rows = np.arange(len(counts))
        counts[rows, start + rows] = 0
        given = counts / (owners[start : start + 512, None] + 2)
        strength = np.log((1 - base) / (1 - np.minimum(given, np.float32(MOST_CERTAIN))))
        strength[counts < 2] = 0
        order = best_items(strength, kept)
        best[start : start + 512] = order
        strengths[start : start + 512] = np.take_along_axis(strength, order, axis=1)
    return best, np.maximum(strengths, 0).astype(np.float32)
