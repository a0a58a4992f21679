"""Exact top-k lists of a score matrix, owned items left out."""

import numpy as np
import numpy.typing as npt

from steamrec.block import IntArray
from steamrec.models.scorer import FloatArray

NO_ITEM = -1
CHUNK = 64


def top_k(scores: FloatArray, owned: npt.NDArray[np.bool_], k: int) -> tuple[IntArray, FloatArray]:
    """Each row's k best items that are not owned, best first, ties by lower item number.

    scores: float32 [n, items], finite; it is changed (owned scores become -inf). owned: bool,
    the same shape. Returns items int32 [n, k], with NO_ITEM where a row has fewer than k items
    left, and their scores float32 [n, k].

    The k-th largest of the maxima of chunks of a row is a lower bound of the row's k-th
    largest score, so only the few items that reach it need to be sorted.
    """
    users, _items = scores.shape
    scores[owned] = -np.inf
    bound = _lower_bounds(scores, k)
    rows, columns = np.nonzero((scores >= bound[:, None]) & (scores > -np.inf))
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


def _lower_bounds(scores: FloatArray, k: int) -> FloatArray:
    """float32 [n]: at least k scores of each row reach it (-inf where chunks are too few)."""
    users, items = scores.shape
    chunks = items // CHUNK
    if chunks < k:
        return np.full(users, -np.inf, np.float32)
    maxima = scores[:, : chunks * CHUNK].reshape(users, chunks, CHUNK).max(axis=2)
    bounds: FloatArray = np.partition(maxima, chunks - k, axis=1)[:, chunks - k]
    return bounds
