"""The candidates of a user and what the network is told about each: pure NumPy.

EASE proposes the candidates. The features are EASE's scores, conditional probabilities between
the candidate and the items owned, and how often the candidate stands between, after or before
items of this library in other libraries.
"""

import numpy as np

from steamrec.data.user_batches import IntArray
from steamrec.models.ranker.gap_features import best_fit, chances_between, next_to
from steamrec.models.ranker.retrieval import Retrieval
from steamrec.scoring.scorer import FloatArray

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
    after, before = next_to(retrieval, ordered, chosen)
    between, between_any = chances_between(retrieval, ordered, chosen)
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
        "fits_a_slot": np.log1p(100 * best_fit(retrieval, ordered, after, before, of_chosen)),
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
