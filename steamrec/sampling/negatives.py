"""Exact negatives: items that a user does not own.

A training draw picks one item of the whole catalogue; if the user owns it, a second word picks the
rank of a free item (free_items.py). With owned weight O of a total W, item j comes out
with the probability w_j / W + O / W * w_j / (W - O) = w_j / (W - O): exactly as if drawn among
the free items, in two steps at most, and nearly always in one that needs no search.
"""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from steamrec.data.user_batches import IntArray, UserBatch
from steamrec.sampling.free_items import free_items, weighted_free_items
from steamrec.sampling.rng import (
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
PORTION = 16_384  # rows at a time: what stays in a core's cache
CELLS = 2**23  # of the table of users and items that a portion may use, one byte each


def train_negatives(
    batch: UserBatch,
    positives: LongArray,
    per_positive: int,
    items: int,
    seed: int,
    epoch: int,
    cumulative: LongArray | None = None,
) -> IntArray:
    """int32 [per_positive, positives.sum()]: negatives, drawn with replacement.

    `positives` (int64 [users of the batch]) is how many rows each user gets; the rows stand
    user after user. Row j of a user takes the words j * per_positive ... of the user's stream.
    Uniform, or by the whole-number weights in `cumulative` (as in weighted_free_items). A user
    who owns everything gets MISSING.
    """
    keys = stream_keys(seed, TRAIN_NEGATIVES, epoch, batch.users)
    negatives = np.empty((per_positive, int(positives.sum())), np.int32)
    most = max(1, CELLS // items)
    owned = np.zeros(min(most, len(keys)) * items, np.bool_)
    end = 0
    for first, last in _portions(positives, most):
        start, end = end, end + int(positives[first:last].sum())
        part = _users(batch, first, last)
        some = negatives[:, start:end]
        _draw(part, positives[first:last], items, keys[first:last], cumulative, owned, some)
    return negatives


def _draw(
    batch: UserBatch,
    positives: LongArray,
    items: int,
    keys: WordArray,
    cumulative: LongArray | None,
    owned: npt.NDArray[np.bool_],
    negatives: IntArray,
) -> None:
    """Fill `negatives` (int32 [per_positive, positives.sum()]) for the users of the batch.

    `owned` is all False before and after: one cell per user and item.
    """
    starts = np.cumsum(positives) - positives
    users = np.repeat(np.arange(len(positives)), positives)
    cells = batch.indices + np.repeat(np.arange(len(positives)) * items, np.diff(batch.indptr))
    lifts = users * items
    owned[cells] = True
    for drawn, drawn_words in zip(
        negatives, _streams(keys, starts, positives, len(negatives)), strict=True
    ):
        if cumulative is None:
            picked = bounded(drawn_words, np.array(items))
        else:
            points = bounded(drawn_words, cumulative[-1:])
            picked = np.searchsorted(cumulative, points, side="right") - 1
        drawn[:] = picked
        picked += lifts
        hits = np.flatnonzero(owned[picked])
        if len(hits):
            again = mix(drawn_words[hits])
            drawn[hits] = _among_free(batch, users[hits], items, again, cumulative)
    owned[cells] = False


def _streams(
    keys: WordArray, starts: LongArray, positives: LongArray, per_positive: int
) -> Iterator[WordArray]:
    """For each of a row's draws uint64 [positives.sum()]: keyed.words of the rows' streams."""
    with np.errstate(over="ignore"):
        step = np.uint64(per_positive) * GAMMA
        counters = np.repeat(keys - starts.astype(np.uint64) * step, positives)
        counters += np.arange(len(counters), dtype=np.uint64) * step
        for _ in range(per_positive):
            yield mix(counters)
            counters += GAMMA


def _among_free(
    batch: UserBatch,
    rows: LongArray,
    items: int,
    drawn_words: WordArray,
    cumulative: LongArray | None,
) -> IntArray:
    """int32, one per word: a free item of user number `rows`; MISSING where there is none."""
    if cumulative is None:
        free = items - np.diff(batch.indptr)[rows]
    else:
        before = np.concatenate([[0], np.cumsum(np.diff(cumulative)[batch.indices])])
        free = (cumulative[-1] - np.diff(before[batch.indptr]))[rows]
    drawn: IntArray = np.full(len(rows), MISSING, np.int32)
    some = free > 0
    points = bounded(drawn_words[some], free[some])
    if cumulative is None:
        drawn[some] = free_items(batch, rows[some], points, items)
    else:
        drawn[some] = weighted_free_items(batch, rows[some], points, cumulative)
    return drawn


def _portions(rows: LongArray, most: int) -> Iterator[tuple[int, int]]:
    """Ranges of at most `most` users with about PORTION rows in all."""
    ends = np.cumsum(rows)
    total = int(ends[-1]) if len(ends) else 0
    cuts = np.searchsorted(ends, np.arange(PORTION, total, PORTION)) + 1
    every = range(0, len(rows), most)
    yield from pairwise(np.unique([*every, *cuts.tolist(), len(rows)]).tolist())


def _users(batch: UserBatch, first: int, last: int) -> UserBatch:
    """The batch's users number `first` to `last` - 1."""
    indptr = batch.indptr[first : last + 1]
    items = batch.indices[indptr[0] : indptr[-1]]
    return UserBatch(batch.number, batch.users[first:last], indptr - indptr[0], items)


def eval_negatives(
    batch: UserBatch, count: int, items: int, seed: int, purpose: int = EVAL_NEGATIVES
) -> list[IntArray]:
    """For each user of the batch min(count, free) distinct negatives, int32, ascending.

    `purpose` (keyed.py) tells these draws from others with the same seed.

    Floyd's algorithm (Bentley, Floyd: Programming pearls, 1987), which makes every subset
    equally likely with exactly `count` draws, run for all users of the batch side by side.
    """
    count = min(count, items)
    free = items - np.diff(batch.indptr)
    wanted = np.minimum(count, free)
    keys = stream_keys(seed, purpose, 0, batch.users)
    # A row per draw, so that the users of a draw are contiguous.
    ranks: npt.NDArray[np.int64] = np.full((count, len(batch.users)), MISSING, np.int64)
    for draw in range(count):
        active = draw < wanted
        if not active.any():
            break
        top = free - wanted + draw
        picked = bounded(words(keys, np.array(draw)), np.maximum(top, 0) + 1)
        taken = (ranks[:draw] == picked).any(axis=0)
        ranks[draw] = np.where(active, np.where(taken, top, picked), MISSING)
    rows, columns = np.nonzero(ranks.T != MISSING)
    drawn = free_items(batch, rows, ranks[columns, rows], items)
    parts = np.split(drawn, np.cumsum(wanted)[:-1])
    return [np.sort(part) for part in parts]
