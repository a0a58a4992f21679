"""What the network is told about each candidate.

The features are EASE's scores, conditional probabilities between
the candidate and the items owned, and how often the candidate stands between, after or before
items of this library in other libraries.
"""

import numpy as np

from steamrec.data.user_batches import UserBatch
from steamrec.models.ranker.candidates import Candidates
from steamrec.models.ranker.gap_features import gap_features
from steamrec.models.ranker.implied_features import implied_features
from steamrec.models.ranker.pair_features import pair_features
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


def features(
    retrieval: Retrieval, ease: FloatArray, ordered: UserBatch, candidates: Candidates
) -> FloatArray:
    """float32 [candidates of the batch, features], scaled for the network.

    ease: float32 [users of the batch, items]. ordered: the batch with each library in its order.
    candidates: those of the same users, a user's best EASE score first.
    """
    rows, chosen = candidates.rows, candidates.items
    first = candidates.indptr[rows]
    rank = np.arange(len(chosen)) - first
    tenth = np.minimum(first + 9, candidates.indptr[rows + 1] - 1)
    scores, owners = ease[rows, chosen], np.maximum(retrieval.owners, 1)
    owned = np.diff(ordered.indptr)[rows]
    of_library = owned.astype(np.float32)
    pairs = pair_features(retrieval, ordered, candidates)
    gaps = gap_features(retrieval, ordered, candidates)
    implied_owned, implied_missing = implied_features(retrieval, ordered, candidates)
    values = {
        "ease": scores,
        "log_ease": np.log(np.maximum(scores, 0) + np.float32(0.01)),
        "log_rank": np.log1p(rank),
        "gap_to_first": scores[first] - scores,
        "gap_to_tenth": scores[tenth] - scores,
        "log_owners": np.log(owners[chosen]),
        "log_library": np.log(owned),
        "given_owned_max": _log(pairs.given_owned[0]),
        "given_owned_second": _log(pairs.given_owned[1]),
        "given_owned_top": _log(_mean_of_three(pairs.given_owned)),
        "given_owned_mean": _log(pairs.given_owned[3] / of_library),
        "given_candidate_max": _log(pairs.given_candidate[0]),
        "given_candidate_top": _log(_mean_of_three(pairs.given_candidate)),
        "given_candidate_mean": _log(pairs.given_candidate[3] / of_library),
        "back_at_best": _log(pairs.back_at_best),
        "log_owners_at_best": np.log(owners[pairs.best]),
        "after": _log(gaps.after),
        "before": _log(gaps.before),
        "fits_a_slot": np.log1p(100 * gaps.fit),
        "between": _log(gaps.between),
        "between_any": _log(gaps.between_any),
        "implied_owned": implied_owned,
        "implied_missing": implied_missing,
    }
    table = np.empty((len(chosen), len(FEATURES)), np.float32)
    for column, (name, (mean, spread)) in enumerate(FEATURES.items()):
        table[:, column] = (values[name] - mean) / spread
    return np.clip(table, -CLIP, CLIP, out=table)


def _log(values: FloatArray) -> FloatArray:
    logs: FloatArray = np.log(values + FLOOR)
    return logs


def _mean_of_three(largest: FloatArray) -> FloatArray:
    """float32: the mean of the first three rows."""
    mean: FloatArray = (largest[0] + largest[1] + largest[2]) / np.float32(3)
    return mean
