"""The items that a user does not own, by their rank among these.

A user who owns the sorted items o_0 < o_1 < ... leaves items - owned free ones. The r-th free
item is r + (the number of i with o_i - i <= r): a bisection in o_i - i, which never falls.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from steamrec.data.user_batches import IntArray, UserBatch
from steamrec.errors import RunError
from steamrec.sampling.rng import LongArray

# What the weights of all items add up to at most: `bounded` draws below 2**32.
TOTAL_WEIGHT = 2**31


def free_items(batch: UserBatch, rows: LongArray, ranks: LongArray, items: int) -> IntArray:
    """int32: the ranks-th item (from 0) that user number `rows` of the batch does not own.

    rows and ranks have the same shape, and each rank is below the user's number of free items.
    One bisection serves all users: each user's o_i - i is lifted into a range of its own.
    """
    owned = np.diff(batch.indptr)
    width = items + 1
    # Numbers of half the width where they suffice: the bisection's cost is memory.
    kind: Any = np.int32 if len(owned) * width < 2**31 else np.int64
    lifts: npt.NDArray[Any] = np.arange(0, len(owned) * width, width, dtype=kind)
    starts: npt.NDArray[Any] = batch.indptr[:-1].astype(kind)
    gaps: npt.NDArray[Any] = batch.indices - np.arange(len(batch.indices), dtype=kind)
    gaps += np.repeat(lifts + starts, owned)
    drawn: npt.NDArray[Any] = ranks.astype(kind)
    found = np.searchsorted(gaps, lifts[rows] + drawn, side="right")
    drawn += found.astype(kind)
    drawn -= starts[rows]
    return drawn.astype(np.int32, copy=False)


def weighted_free_items(
    batch: UserBatch, rows: LongArray, points: LongArray, cumulative: LongArray
) -> IntArray:
    """int32: the free item of user number `rows` under which the point falls.

    Item j is as wide as its whole-number weight, cumulative[j + 1] - cumulative[j] (int64
    [items + 1], from 0); the free items of a user are laid end to end, and each point is below
    their total. With all weights 1 this is `free_items`.
    """
    starts = batch.indptr[:-1]
    owners = np.repeat(np.arange(len(starts)), np.diff(batch.indptr))
    widths = np.diff(cumulative)[batch.indices]
    before = np.concatenate([[0], np.cumsum(widths)])  # owned weight, over the whole batch
    own_before = before[:-1] - before[starts][owners]
    gaps = cumulative[batch.indices] - own_before  # free weight below each owned item
    width = cumulative[-1] + 1
    found = np.searchsorted(owners * width + gaps, rows * width + points, side="right")
    shifted = points + before[found] - before[starts[rows]]
    drawn: IntArray = (np.searchsorted(cumulative, shifted, side="right") - 1).astype(np.int32)
    return drawn


def popularity_weights(owners: LongArray, power: float) -> LongArray:
    """int64 [items + 1]: whole-number weights owners ** power as running totals from 0.

    owners: int64 [items], counted on the pairs that models are fitted on, so that no draw depends
    on a held-out item. An item without owners weighs as much as one with a single owner. The total
    is at most TOTAL_WEIGHT, and each item gets 1 of it before the rest is divided, so that every
    item can be drawn. Raises RunError when there are more items than that.
    """
    items = len(owners)
    if items > TOTAL_WEIGHT:
        raise RunError(
            f"sampling.distribution = 'popularity' takes at most {TOTAL_WEIGHT:,} items, and the "
            f"catalogue has {items:,}; set it to 'uniform'."
        )
    # Logarithms, as a large power of many owners is more than a float holds.
    logs = power * np.log(np.maximum(owners, 1).astype(np.float64))
    weights = np.exp(logs - logs.max(initial=0.0))
    dealt = np.floor(weights * ((TOTAL_WEIGHT - items) / max(weights.sum(), 1.0)))
    cumulative: LongArray = np.append(0, np.cumsum(1 + dealt.astype(np.int64)))
    return cumulative
