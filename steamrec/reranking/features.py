"""The candidates of a user and what the network is told about each: pure NumPy.

EASE proposes the candidates. The features are EASE's scores, conditional probabilities between
the candidate and the items owned, and how often the candidate stands between, after or before
items of this library in other libraries.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from steamrec.block import IntArray
from steamrec.models.artifact import Arrays
from steamrec.models.scorer import FloatArray, as_float32

# Each feature with the mean and the spread that the network's input is scaled by. They are
# rounded constants (measured on Steam's libraries), so that a night repeats to the bit.
FEATURES: dict[str, tuple[float, float]] = {
    "ease": (0.14, 0.13),
    "log_ease": (-2.2, 0.9),
    "log_rank": (4.0, 0.94),
    "gap_to_first": (0.59, 0.22),
    "gap_to_tenth": (0.18, 0.13),
    "log_owners": (8.2, 1.1),
    "log_library": (3.8, 1.2),
    "given_owned_max": (-1.06, 0.6),
    "given_owned_second": (-1.27, 0.7),
    "given_owned_top": (-1.22, 0.65),
    "given_owned_mean": (-1.94, 0.75),
    "given_candidate_max": (-0.21, 0.15),
    "given_candidate_top": (-0.3, 0.21),
    "given_candidate_mean": (-1.31, 0.36),
    "back_at_best": (-2.6, 1.45),
    "log_owners_at_best": (6.6, 1.75),
    "after": (-4.0, 1.5),
    "before": (-4.0, 1.5),
    "fits_a_slot": (1.44, 1.3),
    "between": (-4.3, 2.3),
    "between_any": (-4.2, 2.35),
    "implied_owned": (4.9, 3.8),
    "implied_missing": (6.7, 4.0),
}
CLIP = 5.0
FLOOR = np.float32(1e-3)


@dataclass(frozen=True)
class Retrieval:
    """What the features are computed from, all counted on training pairs.

    weights: EASE's, float32 [items, items]. together: users that own both, at most 65,535,
    uint16 [items, items], 0 on the diagonal. owners: float32 [items]. next_keys, next_counts:
    how often b stands just after a (key a * items + b, sorted). between_keys, between_counts:
    how often j stands just between a and b (key (a * items + b) * items + j, sorted).
    implied, strengths: int32 and float32 [items, m] (neighbours.implied_items). directions, scale:
    float32 [items, d] and [items] (tail.latent_directions).
    """

    weights: FloatArray
    together: npt.NDArray[np.uint16]
    owners: FloatArray
    next_keys: npt.NDArray[np.int64]
    next_counts: FloatArray
    between_keys: npt.NDArray[np.int64]
    between_counts: FloatArray
    implied: IntArray
    strengths: FloatArray
    directions: FloatArray
    scale: FloatArray

    @property
    def items(self) -> int:
        """The size of the catalogue."""
        return len(self.owners)

    @classmethod
    def from_arrays(cls, arrays: Arrays) -> "Retrieval":
        """From an artifact's arrays."""
        return cls(**{name: arrays[name] for name in cls.__dataclass_fields__})

    def arrays(self) -> Arrays:
        """As arrays of an artifact."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


def candidates(ease: FloatArray, owned: IntArray, count: int) -> IntArray:
    """int32 [at most count]: the items not owned with the best EASE scores, best first.

    ease: float32 [items]; ties go to the lower item number.
    """
    scores = ease.copy()
    scores[owned] = -np.inf
    count = min(count, len(scores) - len(owned))
    if count <= 0:
        return np.empty(0, np.int32)
    bound = np.partition(scores, len(scores) - count)[len(scores) - count]
    found = np.flatnonzero(scores >= bound)
    order = np.argsort(-scores[found], kind="stable")[:count]
    best: IntArray = found[order].astype(np.int32)
    return best


def features(
    retrieval: Retrieval, ease: FloatArray, ordered: IntArray, chosen: IntArray
) -> FloatArray:
    """float32 [candidates, features], scaled for the network.

    ease: float32 [items], the user's EASE scores. ordered: int32 [n >= 1], the items owned in the
    order of the library. chosen: int32 [c], the candidates, best EASE score first.
    """
    scores = ease[chosen]
    count = len(chosen)
    owners = np.maximum(retrieval.owners, 1)
    of_owned, of_chosen = owners[ordered][:, None], owners[chosen][None, :]
    both = retrieval.together[np.ix_(ordered, chosen)].astype(np.float32)
    given_owned, given_candidate = both / of_owned, both / of_chosen
    best = given_owned.argmax(axis=0)
    columns = np.arange(count)
    top = _largest(given_owned, 3)
    after, before = _next_to(retrieval, ordered, chosen)
    between, between_any = _between(retrieval, ordered, chosen)
    known = np.zeros(retrieval.items, np.bool_)
    known[ordered] = True
    implied_owned = known[retrieval.implied[chosen]]
    strengths = retrieval.strengths[chosen]
    values = {
        "ease": scores,
        "log_ease": np.log(np.maximum(scores, 0) + 0.01),
        "log_rank": np.log1p(columns),
        "gap_to_first": scores[0] - scores,
        "gap_to_tenth": scores[min(9, count - 1)] - scores,
        "log_owners": np.log(of_chosen[0]),
        "log_library": np.full(count, np.log(len(ordered))),
        "given_owned_max": _log(top[0]),
        "given_owned_second": _log(top[1]),
        "given_owned_top": _log(top.mean(axis=0)),
        "given_owned_mean": _log(given_owned.mean(axis=0)),
        "given_candidate_max": _log(given_candidate.max(axis=0)),
        "given_candidate_top": _log(_largest(given_candidate, 3).mean(axis=0)),
        "given_candidate_mean": _log(given_candidate.mean(axis=0)),
        "back_at_best": _log(given_candidate[best, columns]),
        "log_owners_at_best": np.log(owners[ordered[best]]),
        "after": _log((after / of_owned).max(axis=0)),
        "before": _log((before / of_owned).max(axis=0)),
        "fits_a_slot": np.log1p(100 * _fit(retrieval, ordered, after, before, of_chosen)),
        "between": _log(between),
        "between_any": _log(between_any),
        "implied_owned": (implied_owned * strengths).sum(axis=1),
        "implied_missing": (~implied_owned * strengths).sum(axis=1),
    }
    table = np.empty((count, len(FEATURES)), np.float32)
    for column, (name, (mean, spread)) in enumerate(FEATURES.items()):
        table[:, column] = (values[name] - mean) / spread
    return np.clip(table, -CLIP, CLIP, out=table)


def _log(values: FloatArray) -> FloatArray:
    logs: FloatArray = np.log(values + FLOOR)
    return logs


def _largest(values: FloatArray, count: int) -> FloatArray:
    """float32 [count, columns]: each column's largest, falling; 0 where there are fewer rows."""
    found = np.zeros((count, values.shape[1]), np.float32)
    rows = min(count, len(values))
    part = np.partition(values, len(values) - rows, axis=0)[len(values) - rows :]
    found[:rows] = -np.sort(-part, axis=0)
    return found


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


def _next_to(
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


def _fit(
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


def _between(
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
