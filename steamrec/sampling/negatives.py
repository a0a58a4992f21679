"""Exact negatives: items that a user does not own, drawn without rejection.

A user who owns the sorted items o_0 < o_1 < ... leaves items - owned free ones. The r-th free
item is r + (the number of i with o_i - i <= r): a bisection in o_i - i, which never falls.
"""

import numpy as np
import numpy.typing as npt

from steamrec.block import Block, IntArray
from steamrec.sampling.keyed import (
    EVAL_NEGATIVES,
    TRAIN_NEGATIVES,
    LongArray,
    bounded,
    stream_keys,
    words,
)

MISSING = -1


def free_items(block: Block, rows: LongArray, ranks: LongArray, items: int) -> IntArray:
    """int32: the ranks-th item (from 0) that user number `rows` of the block does not own.

    rows and ranks have the same shape, and each rank is below the user's number of free items.
    One bisection serves all users: each user's o_i - i is lifted into a range of its own.
    """
    starts = block.offsets[:-1]
    owners = np.repeat(np.arange(len(starts)), np.diff(block.offsets))
    gaps = block.items.astype(np.int64) - (np.arange(len(block.items)) - starts[owners])
    width = np.int64(items + 1)
    found = np.searchsorted(owners * width + gaps, rows * width + ranks, side="right")
    drawn: IntArray = (ranks + found - starts[rows]).astype(np.int32)
    return drawn


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


def train_negatives(
    block: Block,
    positives: LongArray,
    per_positive: int,
    items: int,
    seed: int,
    epoch: int,
    cumulative: LongArray | None = None,
) -> IntArray:
    """int32 [positives.sum(), per_positive]: negatives, drawn with replacement.

    `positives` (int64 [users of the block]) is how many rows each user gets; the rows stand
    user after user. Row j of a user takes the words j * per_positive ... of the user's stream.
    Uniform, or by the whole-number weights in `cumulative` (as in weighted_free_items). A user
    who owns everything gets MISSING.
    """
    if cumulative is None:
        free = items - np.diff(block.offsets)
    else:
        before = np.concatenate([[0], np.cumsum(np.diff(cumulative)[block.items])])
        free = cumulative[-1] - np.diff(before[block.offsets])
    rows = np.repeat(np.arange(len(block.users)), positives)
    first = np.cumsum(positives) - positives
    draw = (np.arange(len(rows)) - first[rows]) * per_positive
    keys = stream_keys(seed, TRAIN_NEGATIVES, epoch, block.users)
    some = np.flatnonzero(free[rows] > 0)
    rows, draw = rows[some], draw[some]
    negatives = np.full((int(positives.sum()), per_positive), MISSING, np.int32)
    for column in range(per_positive):
        points = bounded(words(keys[rows], draw + column), free[rows])
        if cumulative is None:
            negatives[some, column] = free_items(block, rows, points, items)
        else:
            negatives[some, column] = weighted_free_items(block, rows, points, cumulative)
    return negatives


def eval_negatives(block: Block, count: int, items: int, seed: int) -> list[IntArray]:
    """For each user of the block min(count, free) distinct negatives, int32, ascending.

    Floyd's algorithm (Bentley, Floyd: Programming pearls, 1987), which makes every subset
    equally likely with exactly `count` draws, run for all users of the block side by side.
    """
    free = items - np.diff(block.offsets)
    wanted = np.minimum(count, free)
    keys = stream_keys(seed, EVAL_NEGATIVES, 0, block.users)
    ranks: npt.NDArray[np.int64] = np.full((len(block.users), count), MISSING, np.int64)
    for draw in range(count):
        active = np.flatnonzero(draw < wanted)
        if not len(active):
            break
        top = free[active] - wanted[active] + draw
        number = np.full(len(active), draw, np.int64)
        picked = bounded(words(keys[active], number), top + 1)
        taken = (ranks[active, :draw] == picked[:, None]).any(axis=1)
        ranks[active, draw] = np.where(taken, top, picked)
    rows, columns = np.nonzero(ranks != MISSING)
    drawn = free_items(block, rows, ranks[rows, columns], items)
    parts = np.split(drawn, np.cumsum(wanted)[:-1])
    return [np.sort(part) for part in parts]
