"""The features of one user in plain NumPy: what the compiled loops must give, to the bit."""

import numpy as np

from steamrec.models.ranker.features import FEATURES
from steamrec.scoring.scorer import as_float32


def candidates(ease, owned, count):
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
    best = found[order].astype(np.int32)
    return best


def features(retrieval, ease, ordered, chosen):
    """float32 [candidates, features], not scaled.

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
    after, before = next_to(retrieval, ordered, chosen)
    between, between_any = chances_between(retrieval, ordered, chosen)
    known = np.zeros(retrieval.items, np.bool_)
    known[ordered] = True
    implied_owned = known[retrieval.implied[chosen]]
    strengths = retrieval.strengths[chosen]
    values = {
        "ease": scores,
        "log_ease": scores,
        "log_rank": np.log1p(columns),
        "gap_to_first": scores[0] - scores,
        "gap_to_tenth": scores[min(9, count - 1)] - scores,
        "log_owners": np.log(of_chosen[0]),
        "log_library": np.full(count, np.log(len(ordered))),
        "given_owned_max": top[0],
        "given_owned_second": top[1],
        "given_owned_top": top.mean(axis=0),
        "given_owned_mean": given_owned.mean(axis=0),
        "given_candidate_max": given_candidate.max(axis=0),
        "given_candidate_top": _largest(given_candidate, 3).mean(axis=0),
        "given_candidate_mean": given_candidate.mean(axis=0),
        "back_at_best": given_candidate[best, columns],
        "log_owners_at_best": np.log(owners[ordered[best]]),
        "after": (after / of_owned).max(axis=0),
        "before": (before / of_owned).max(axis=0),
        "fits_a_slot": best_fit(retrieval, ordered, after, before, of_chosen),
        "between": between,
        "between_any": between_any,
        "implied_owned": (implied_owned * strengths).sum(axis=1),
        "implied_missing": (~implied_owned * strengths).sum(axis=1),
    }
    return np.stack([values[name] for name in FEATURES], axis=1).astype(np.float32)


def _largest(values, count):
    """float32 [count, columns]: each column's largest, falling; 0 where there are fewer rows."""
    found = np.zeros((count, values.shape[1]), np.float32)
    rows = min(count, len(values))
    part = np.partition(values, len(values) - rows, axis=0)[len(values) - rows :]
    found[:rows] = -np.sort(-part, axis=0)
    return found


def _counts(keys, counts, wanted):
    """The count of each wanted key, 0 where there is none; the shape of `wanted`."""
    if not len(keys):
        return np.zeros(wanted.shape, np.float32)
    found = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return as_float32(np.where(keys[found] == wanted, counts[found], 0))


def _ranges(keys, lows, width):
    """The positions of all keys in [low, low + width) of each low, and whose each is."""
    start, stop = np.searchsorted(keys, lows), np.searchsorted(keys, lows + width)
    lengths = stop - start
    which = np.repeat(np.arange(len(lows)), lengths)
    positions = np.arange(lengths.sum()) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    return positions + start[which], which


def next_to(retrieval, ordered, chosen):
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


def best_fit(retrieval, ordered, after, before, of_chosen):
    """float32 [candidates]: the best gap (a, b) of the library for each candidate j.

    The chance of a, j, b in a row against a, b, were each step to depend on the last item only.
    """
    if len(ordered) < 2:
        return np.zeros(after.shape[1], np.float32)
    a, b = ordered[:-1].astype(np.int64), ordered[1:]
    direct = _counts(retrieval.next_keys, retrieval.next_counts, a * retrieval.items + b)
    direct = np.maximum(direct, 1)[:, None]
    fit = (after[:-1] * before[1:] / (of_chosen * direct)).max(axis=0)
    return fit


def chances_between(retrieval, ordered, chosen):
    """The chance that a candidate is in a gap of the library: the best, and in any.

    Both float32 [candidates]. A gap is two neighbours a, b of the library; the chance is the
    share of libraries with j between them among those with a, j, b or a, b in a row.
    """
    items = retrieval.items
    best, missing = np.zeros(items, np.float32), np.zeros(items, np.float32)
    if len(ordered) >= 2:
        gaps = ordered[:-1].astype(np.int64) * items + ordered[1:]
        direct = _counts(retrieval.next_keys, retrieval.next_counts, gaps)
        found, gap = _ranges(retrieval.between_keys, gaps * items, items)
        item = retrieval.between_keys[found] % items
        counts = retrieval.between_counts[found]
        chance = counts / (direct[gap] + counts + 1)
        np.maximum.at(best, item, chance)
        missing += np.bincount(item, np.log1p(-chance), items).astype(np.float32)
    return best[chosen], as_float32(1 - np.exp(missing[chosen]))
