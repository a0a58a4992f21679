"""Exact negatives: items that a user does not own.

A draw for training is one from the whole catalogue; where that hits an owned item, a second word
picks the rank of a free one (free_items.py). With owned weight O of a total W, item j comes out
with the probability w_j / W + O / W * w_j / (W - O) = w_j / (W - O): exactly as if drawn among
the free items, in two steps at most, and nearly always in one that needs no search.
"""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from steamrec.block import Block, IntArray
from steamrec.sampling.free_items import free_items, weighted_free_items
from steamrec.sampling.keyed import (
    EVAL_NEGATIVES,
    GAMMA,
    TRAIN_NEGATIVES,
    LongArray,
    WordArray,
    bounded,
    mix,
    stream_keys,
    words,
)

MISSING = -1
PORTION = 65_536  # draws at a time: what stays in a core's cache
CELLS = 2**23  # of the table of users and items that a portion may use, one byte each


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
    most = max(1, CELLS // items)
    owned = np.zeros(min(most, len(keys)) * items, np.bool_)
    end = 0
    for first, last in _portions(positives * per_positive, most):
        draws = positives[first:last] * per_positive
        start, end = end, end + int(draws.sum())
        part = _users(block, first, last)
        filled[start:end] = _draw(part, draws, items, keys[first:last], cumulative, owned)
    return negatives


def _draw(
    block: Block,
    draws: LongArray,
    items: int,
    keys: WordArray,
    cumulative: LongArray | None,
    owned: npt.NDArray[np.bool_],
) -> IntArray:
    """int32 [draws.sum()]: the first `draws` negatives of each user's stream.

    `owned` is all False before and after: room for one cell a user and item.
    """
    starts = np.cumsum(draws) - draws
    drawn_words = _streams(keys, starts, draws)
    lifts = np.arange(0, len(draws) * items, items)
    cells = block.items + np.repeat(lifts, np.diff(block.offsets))
    if cumulative is None:
        picked = bounded(drawn_words, np.array(items))
    else:
        points = bounded(drawn_words, cumulative[-1:])
        picked = np.searchsorted(cumulative, points, side="right") - 1
    owned[cells] = True
    hits = np.flatnonzero(owned[picked + np.repeat(lifts, draws)])
    owned[cells] = False
    drawn = picked.astype(np.int32)
    if len(hits):
        rows = np.searchsorted(starts, hits, side="right") - 1
        drawn[hits] = _among_free(block, rows, items, mix(drawn_words[hits]), cumulative)
    return drawn


def _streams(keys: WordArray, starts: LongArray, draws: LongArray) -> WordArray:
    """uint64 [draws.sum()]: keyed.words(key, 0), (key, 1), ... of each stream in turn."""
    steps = np.arange(int(draws.sum()), dtype=np.uint64)
    with np.errstate(over="ignore"):
        counters = np.repeat(keys - starts.astype(np.uint64) * GAMMA, draws)
        counters += steps * GAMMA
        return mix(counters)


def _among_free(
    block: Block,
    rows: LongArray,
    items: int,
    drawn_words: WordArray,
    cumulative: LongArray | None,
) -> IntArray:
    """int32, one a word: a free item of user number `rows`; MISSING where there is none."""
    if cumulative is None:
        free = items - np.diff(block.offsets)[rows]
    else:
        before = np.concatenate([[0], np.cumsum(np.diff(cumulative)[block.items])])
        free = (cumulative[-1] - np.diff(before[block.offsets]))[rows]
    drawn: IntArray = np.full(len(rows), MISSING, np.int32)
    some = free > 0
    points = bounded(drawn_words[some], free[some])
    if cumulative is None:
        drawn[some] = free_items(block, rows[some], points, items)
    else:
        drawn[some] = weighted_free_items(block, rows[some], points, cumulative)
    return drawn


def _portions(draws: LongArray, most: int) -> Iterator[tuple[int, int]]:
    """Ranges of at most `most` users with about PORTION draws in all."""
    ends = np.cumsum(draws)
    total = int(ends[-1]) if len(ends) else 0
    cuts = np.searchsorted(ends, np.arange(PORTION, total, PORTION)) + 1
    every = range(0, len(draws), most)
    yield from pairwise(np.unique([*every, *cuts.tolist(), len(draws)]).tolist())


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
