"""Exact negatives: items that a user does not own, drawn without rejection.

A user who owns the sorted items o_0 < o_1 < ... leaves items - owned free ones. The r-th free
item is r + (the number of i with o_i - i <= r): a bisection in o_i - i, which never falls.
"""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from steamrec.block import Block, IntArray
from steamrec.sampling.keyed import (
    EVAL_NEGATIVES,
    TRAIN_NEGATIVES,
    LongArray,
    WordArray,
    bounded,
    stream_keys,
    words,
)

MISSING = -1
PORTION = 32_768


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
    keys = stream_keys(seed, TRAIN_NEGATIVES, epoch, block.users)
    negatives = np.empty((int(positives.sum()), per_positive), np.int32)
    filled = negatives.reshape(-1)
    end = 0
    for first, last in _portions(positives * per_positive):
        draws = positives[first:last] * per_positive
        start, end = end, end + int(draws.sum())
        part = _users(block, first, last)
        filled[start:end] = _draw(part, draws, items, keys[first:last], cumulative)
    return negatives


def _draw(
    block: Block, draws: LongArray, items: int, keys: WordArray, cumulative: LongArray | None
) -> IntArray:
    """int32 [draws.sum()]: the first `draws` negatives of each user's stream."""
    if cumulative is None:
        free = items - np.diff(block.offsets)
    else:
        before = np.concatenate([[0], np.cumsum(np.diff(cumulative)[block.items])])
        free = cumulative[-1] - np.diff(before[block.offsets])
    rows = np.repeat(np.arange(len(block.users)), draws)
    number = np.arange(len(rows)) - (np.cumsum(draws) - draws)[rows]
    points = bounded(words(keys[rows], number), free[rows])
    if cumulative is None:
        drawn = free_items(block, rows, points, items)
    else:
        drawn = weighted_free_items(block, rows, points, cumulative)
    if not free.all():
        drawn[free[rows] == 0] = MISSING
    return drawn


def _portions(draws: LongArray) -> Iterator[tuple[int, int]]:
    """Ranges of users with about PORTION draws each: what stays in a core's cache."""
    ends = np.cumsum(draws)
    total = int(ends[-1]) if len(ends) else 0
    cuts = np.searchsorted(ends, np.arange(PORTION, total, PORTION)) + 1
    yield from pairwise(np.unique([0, *cuts.tolist(), len(draws)]).tolist())


def _users(block: Block, first: int, last: int) -> Block:
    """The block's users number `first` to `last` - 1."""
    offsets = block.offsets[first : last + 1]
    items = block.items[offsets[0] : offsets[-1]]
    return Block(block.number, block.users[first:last], offsets - offsets[0], items)


def eval_negatives(
    block: Block, count: int, items: int, seed: int, purpose: int = EVAL_NEGATIVES
) -> list[IntArray]:
    """For each user of the block min(count, free) distinct negatives, int32, ascending.

    `purpose` (keyed.py) tells these draws from others with the same seed.

    Floyd's algorithm (Bentley, Floyd: Programming pearls, 1987), which makes every subset
    equally likely with exactly `count` draws, run for all users of the block side by side.
    """
    free = items - np.diff(block.offsets)
    wanted = np.minimum(count, free)
    keys = stream_keys(seed, purpose, 0, block.users)
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
