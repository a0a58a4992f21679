"""Exact top-k lists of a score matrix, owned items left out."""

import numpy as np
import numpy.typing as npt

from steamrec.data.user_batches import IntArray, LongArray
from steamrec.scoring.scorer import Cells, FloatArray

NO_ITEM = -1
CHUNK = 64
# Rows looked at together: their scores stay in a core's cache between the passes over them.
GROUP = 16


def top_k(
    scores: FloatArray,
    owned: Cells | npt.NDArray[np.bool_],
    k: int,
    excluded: IntArray | None = None,
) -> tuple[IntArray, FloatArray]:
    """Each row's k best items that are not owned, best first, ties by lower item number.

    scores: float32 [n, items]; it is changed (owned scores become -inf). owned: the cells to
    leave out, as (rows, items) or as a bool mask of the same shape. excluded: the items to leave
    out of every row. Returns items int32 [n, k], with NO_ITEM where a row has fewer than k items
    left, and their scores float32 [n, k]. A score of -inf is a score like others, and NaN is
    below all of them.

    The k-th largest of the maxima of chunks of a row is a lower bound of the row's k-th
    largest score, so only the chunks whose maximum reaches it are looked into, and only the few
    items that reach it are sorted.
    """
    scores[owned] = -np.inf
    if excluded is not None:
        scores[:, excluded] = -np.inf
    users = len(scores)
    rows, columns = _candidates(scores, k)
    values = scores[rows, columns]
    order = np.lexsort((columns, -values, rows))
    rows, columns, values = rows[order], columns[order], values[order]
    place = np.arange(len(rows)) - np.searchsorted(rows, np.arange(users))[rows]
    kept = place < k
    best = np.full((users, k), NO_ITEM, np.int32)
    best_scores = np.full((users, k), -np.inf, np.float32)
    best[rows[kept], place[kept]] = columns[kept]
    best_scores[rows[kept], place[kept]] = values[kept]
    short = np.flatnonzero((best == NO_ITEM).any(axis=1))
    if len(short):
        free = _free(scores.shape, owned, excluded)
        for row in short:
            _fill_up(best[row], best_scores[row], scores[row], free[row])
    return best, best_scores


def _candidates(scores: FloatArray, k: int) -> tuple[LongArray, LongArray]:
    """Places (rows, columns) among which are each row's k largest, and no -inf and no NaN.

    Chunk c of a row is every column that is c modulo the number of chunks, so that the maxima
    of neighbouring chunks are taken side by side.
    """
    users, items = scores.shape
    chunks = items // CHUNK
    if chunks <= k:
        all_rows, all_columns = np.nonzero(scores > -np.inf)
        return all_rows, all_columns
    whole = scores[:, : chunks * CHUNK].reshape(users, CHUNK, chunks)
    rest = scores[:, chunks * CHUNK :]
    maxima = np.empty((users, chunks), np.float32)
    for start in range(0, users, GROUP):
        np.max(whole[start : start + GROUP], axis=1, out=maxima[start : start + GROUP])
    if np.isnan(maxima).any():  # a NaN must not hide the rest of its chunk
        maxima = np.nan_to_num(np.fmax.reduce(whole, axis=1), nan=-np.inf, posinf=np.inf)
    bound = np.partition(maxima, chunks - k, axis=1)[:, chunks - k]
    rows, chosen = np.nonzero((maxima >= bound[:, None]) & (maxima > -np.inf))
    inside = whole[rows, :, chosen]
    entry, step = np.nonzero((inside >= bound[rows][:, None]) & (inside > -np.inf))
    tail_rows, tail = np.nonzero((rest >= bound[:, None]) & (rest > -np.inf))
    columns = step * chunks + chosen[entry]
    return (
        np.concatenate([rows[entry], tail_rows]),
        np.concatenate([columns, tail + chunks * CHUNK]),
    )


def _free(
    shape: tuple[int, ...], owned: Cells | npt.NDArray[np.bool_], excluded: IntArray | None
) -> npt.NDArray[np.bool_]:
    """bool [n, items]: what may be listed."""
    free = np.ones(shape, np.bool_)
    free[owned] = False
    if excluded is not None:
        free[:, excluded] = False
    return free


def _fill_up(
    best: IntArray, best_scores: FloatArray, scores: FloatArray, free: npt.NDArray[np.bool_]
) -> None:
    """Fill one row's list, which has all scores above -inf, with the free -inf, then the NaN."""
    found = np.count_nonzero(best != NO_ITEM)
    left = np.flatnonzero(free & ~(scores > -np.inf))
    left = left[np.argsort(np.isnan(scores[left]), kind="stable")][: len(best) - found]
    best[found : found + len(left)] = left
    best_scores[found : found + len(left)] = scores[left]
