"""How candidates fit between the items of a library, in the order of the library: pure NumPy."""

import numpy as np
import numpy.typing as npt

from steamrec.data.user_batches import IntArray
from steamrec.models.ranker.retrieval import Retrieval
from steamrec.scoring.scorer import FloatArray, as_float32


def _counts(
    keys: npt.NDArray[np.int64], counts: FloatArray, wanted: npt.NDArray[np.int64]
) -> FloatArray:
    """The count of each wanted key, 0 where there is none; the shape of `wanted`."""
    if not len(keys):
        return np.zeros(wanted.shape, np.float32)
    found = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return as_float32(np.where(keys[found] == wanted, counts[found], 0))


def _ranges(
    keys: npt.NDArray[np.int64], lows: npt.NDArray[np.int64], width: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """The places of all keys in [low, low + width) of each low, and which low each belongs to."""
    start, stop = np.searchsorted(keys, lows), np.searchsorted(keys, lows + width)
    lengths = stop - start
    which = np.repeat(np.arange(len(lows)), lengths)
    places = np.arange(lengths.sum()) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    return places + start[which], which


def next_to(
    retrieval: Retrieval, ordered: IntArray, chosen: IntArray
) -> tuple[FloatArray, FloatArray]:
    """How often each candidate stands just after, and just before, each item owned.

    Both float32 [owned, candidates].
    """
    items = retrieval.items
    place = np.full(items, -1, np.int64)
    place[chosen] = np.arange(len(chosen))
    after = np.zeros((len(ordered), len(chosen)), np.float32)
    found, row = _ranges(retrieval.next_keys, ordered.astype(np.int64) * items, items)
    column = place[retrieval.next_keys[found] % items]
    kept = column >= 0
    after[row[kept], column[kept]] = retrieval.next_counts[found[kept]]
    before = np.zeros_like(after)
    row_of = np.full(items, -1, np.int64)
    row_of[ordered] = np.arange(len(ordered))
    found, column = _ranges(retrieval.next_keys, chosen.astype(np.int64) * items, items)
    row = row_of[retrieval.next_keys[found] % items]
    kept = row >= 0
    before[row[kept], column[kept]] = retrieval.next_counts[found[kept]]
    return after, before


def best_fit(
    retrieval: Retrieval,
    ordered: IntArray,
    after: FloatArray,
    before: FloatArray,
    of_chosen: FloatArray,
) -> FloatArray:
    """float32 [candidates]: the best slot (a, b) of the library for each candidate j.

    The chance of a, j, b in a row against a, b, were each step to depend on the last item only.
    """
    if len(ordered) < 2:
        return np.zeros(after.shape[1], np.float32)
    a, b = ordered[:-1].astype(np.int64), ordered[1:]
    direct = _counts(retrieval.next_keys, retrieval.next_counts, a * retrieval.items + b)
    direct = np.maximum(direct, 1)[:, None]
    fit: FloatArray = (after[:-1] * before[1:] / (of_chosen * direct)).max(axis=0)
    return fit


def chances_between(
    retrieval: Retrieval, ordered: IntArray, chosen: IntArray
) -> tuple[FloatArray, FloatArray]:
    """The chance that a candidate stands in a slot of the library: the best, and in any.

    Both float32 [candidates]. A slot is two neighbours a, b of the library; the chance is the
    share of libraries with j between them among those with a, j, b or a, b in a row.
    """
    items = retrieval.items
    best, missing = np.zeros(items, np.float32), np.zeros(items, np.float32)
    if len(ordered) >= 2:
        slots = ordered[:-1].astype(np.int64) * items + ordered[1:]
        direct = _counts(retrieval.next_keys, retrieval.next_counts, slots)
        found, slot = _ranges(retrieval.between_keys, slots * items, items)
        item = retrieval.between_keys[found] % items
        counts = retrieval.between_counts[found]
        chance = counts / (direct[slot] + counts + 1)
        np.maximum.at(best, item, chance)
        missing += np.bincount(item, np.log1p(-chance), items).astype(np.float32)
    return best[chosen], as_float32(1 - np.exp(missing[chosen]))
