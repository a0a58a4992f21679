"""Ranks of held-out items. A tie counts against the held-out item.

Otherwise a model that gives everything the same score would seem to hit every time. So does a
score that is NaN: NaN is below every other score, and a held-out item with it is ranked last.
"""

import numpy as np
import numpy.typing as npt

from steamrec.data.user_batches import IntArray, LongArray
from steamrec.scoring.scorer import Cells, FloatArray


def full_ranks(
    scores: FloatArray, known: Cells | npt.NDArray[np.bool_], users: IntArray, targets: IntArray
) -> tuple[IntArray, IntArray]:
    """Ranks over the whole catalogue, the known items left out.

    scores: float32 [n, items]. known: the cells to leave out, as (rows, items) or as a bool mask
    of the same shape; users (row numbers) and targets (items): int32 [m], the held-out items.
    Returns the ranks (from 1) and the numbers of candidates, both int32 [m]. A held-out item that
    is also known, as in some published files, is a candidate all the same.
    """
    value = scores[users, targets]
    entry, cells = _cells_of(users, known, scores.shape[1])
    other = cells % scores.shape[1] != targets[entry]
    entry, known_scores = entry[other], scores.ravel()[cells[other]]
    count = len(users)
    candidates = scores.shape[1] - np.bincount(entry, minlength=count)
    # Those that reach the target's score; the target itself is one of them.
    rows = zip(users, value, strict=True)
    reached = np.fromiter((np.count_nonzero(scores[u] >= v) for u, v in rows), np.int64, count)
    reached -= np.bincount(entry[known_scores >= value[entry]], minlength=count)
    ranks = np.where(np.isnan(value), candidates, reached)
    return ranks.astype(np.int32), candidates.astype(np.int32)


def _cells_of(
    users: IntArray, known: Cells | npt.NDArray[np.bool_], items: int
) -> tuple[LongArray, LongArray]:
    """Each known cell (row * items + item) of each of `users`, once, with its number in `users`."""
    rows, columns = known if isinstance(known, tuple) else np.nonzero(known)
    cells = rows.astype(np.int64) * items + columns
    if not (cells[1:] > cells[:-1]).all():
        cells = np.unique(cells)
    starts, ends = (np.searchsorted(cells, (users.astype(np.int64) + up) * items) for up in (0, 1))
    lengths = ends - starts
    first = np.cumsum(lengths) - lengths
    positions = np.arange(lengths.sum()) + np.repeat(starts - first, lengths)
    return np.repeat(np.arange(len(users)), lengths), cells[positions]


def sampled_ranks(
    scores: FloatArray,
    users: IntArray,
    targets: IntArray,
    indptr: LongArray,
    negatives: IntArray,
) -> tuple[IntArray, IntArray]:
    """Ranks among each user's sampled negatives.

    As full_ranks, but negatives[indptr[j] : indptr[j + 1]] are the candidates of entry j. A
    target that is among its own candidates, as in some published files, is scored once.
    """
    entry = np.repeat(np.arange(len(users)), np.diff(indptr))
    other = negatives != targets[entry]
    value = scores[users, targets][entry]
    ahead = (scores[users[entry], negatives] >= value) | np.isnan(value)
    count = len(users)
    ranks = 1 + np.bincount(entry[ahead & other], minlength=count)
    candidates = 1 + np.bincount(entry[other], minlength=count)
    return ranks.astype(np.int32), candidates.astype(np.int32)
