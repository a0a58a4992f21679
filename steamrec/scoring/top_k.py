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

    scores: float32 [n, items], finite; it is changed (owned scores become -inf). owned: the
    places to leave out, as (rows, items) or as a bool mask of the same shape. excluded: the
    items to leave out of every row. Returns items int32 [n, k], with NO_ITEM where a row has
    fewer than k items left, and their scores float32 [n, k].

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
    return best, best_scores


def _candidates(scores: FloatArray, k: int) -> tuple[LongArray, LongArray]:
    """Places (rows, columns) among which are each row's k largest, and no -inf.

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
