"""The items that a user does not own, by their rank among these.

A user who owns the sorted items o_0 < o_1 < ... leaves items - owned free ones. The r-th free
item is r + (the number of i with o_i - i <= r): a bisection in o_i - i, which never falls.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from steamrec.data.user_batches import Block, IntArray
from steamrec.sampling.rng import LongArray


def free_items(block: Block, rows: LongArray, ranks: LongArray, items: int) -> IntArray:
    """int32: the ranks-th item (from 0) that user number `rows` of the block does not own.

    rows and ranks have the same shape, and each rank is below the user's number of free items.
    One bisection serves all users: each user's o_i - i is lifted into a range of its own.
    """
    owned = np.diff(block.offsets)
    width = items + 1
    # Half as wide numbers where they suffice: the bisection's cost is memory.
    kind: Any = np.int32 if len(owned) * width < 2**31 else np.int64
    lifts: npt.NDArray[Any] = np.arange(0, len(owned) * width, width, dtype=kind)
    starts: npt.NDArray[Any] = block.offsets[:-1].astype(kind)
    gaps: npt.NDArray[Any] = block.items - np.arange(len(block.items), dtype=kind)
    gaps += np.repeat(lifts + starts, owned)
    drawn: npt.NDArray[Any] = ranks.astype(kind)
    found = np.searchsorted(gaps, lifts[rows] + drawn, side="right")
    drawn += found.astype(kind)
    drawn -= starts[rows]
    return drawn.astype(np.int32, copy=False)


def weighted_free_items(
    block: Block, rows: LongArray, points: LongArray, cumulative: LongArray
) -> IntArray:
    """int32: the free item of user number `rows` under which the point falls.

    Item j is as wide as its whole-number weight, cumulative[j + 1] - cumulative[j] (int64
    [items + 1], from 0); the free items of a user are laid end to end, and each point is below
    their total. With all weights 1 this is `free_items`.
    """
    starts = block.offsets[:-1]
    owners = np.repeat(np.arange(len(starts)), np.diff(block.offsets))
    widths = np.diff(cumulative)[block.items]
    before = np.concatenate([[0], np.cumsum(widths)])  # owned weight, over the whole block
    own_before = before[:-1] - before[starts][owners]
    gaps = cumulative[block.items] - own_before  # free weight below each owned item
    width = cumulative[-1] + 1
    found = np.searchsorted(owners * width + gaps, rows * width + points, side="right")
    shifted = points + before[found] - before[starts[rows]]
    drawn: IntArray = (np.searchsorted(cumulative, shifted, side="right") - 1).astype(np.int32)
    return drawn
