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
from steamrec.scoring.scorer import FloatArray, as_float32

# Each feature, and whether the network is told its logarithm (scales.py).
FEATURES: dict[str, bool] = {
    "ease": False,
    "log_ease": True,
    "log_rank": False,
    "gap_to_first": False,
    "gap_to_tenth": False,
    "log_owners": False,
    "log_library": False,
    "given_owned_max": True,
    "given_owned_second": True,
    "given_owned_top": True,
    "given_owned_mean": True,
    "given_candidate_max": True,
    "given_candidate_top": True,
    "given_candidate_mean": True,
    "back_at_best": True,
    "log_owners_at_best": False,
    "after": True,
    "before": True,
    "fits_a_slot": True,
    "between": True,
    "between_any": True,
    "implied_owned": False,
    "implied_missing": False,
}


def features(
    retrieval: Retrieval, ease: FloatArray, ordered: UserBatch, candidates: Candidates
) -> list[FloatArray]:
    """Of each of FEATURES its values, float32 [candidates of the batch], not scaled.

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
        "log_ease": scores,
        "log_rank": np.log1p(rank),
        "gap_to_first": scores[first] - scores,
        "gap_to_tenth": scores[tenth] - scores,
        "log_owners": np.log(owners[chosen]),
        "log_library": np.log(owned),
        "given_owned_max": pairs.given_owned[0],
        "given_owned_second": pairs.given_owned[1],
        "given_owned_top": _mean_of_three(pairs.given_owned),
        "given_owned_mean": pairs.given_owned[3] / of_library,
        "given_candidate_max": pairs.given_candidate[0],
        "given_candidate_top": _mean_of_three(pairs.given_candidate),
        "given_candidate_mean": pairs.given_candidate[3] / of_library,
        "back_at_best": pairs.back_at_best,
        "log_owners_at_best": np.log(owners[pairs.best]),
        "after": gaps.after,
        "before": gaps.before,
        "fits_a_slot": gaps.fit,
        "between": gaps.between,
        "between_any": gaps.between_any,
        "implied_owned": implied_owned,
        "implied_missing": implied_missing,
    }
    return [as_float32(values[name]) for name in FEATURES]


def _mean_of_three(largest: FloatArray) -> FloatArray:
    """float32: the mean of the first three rows."""
    mean: FloatArray = (largest[0] + largest[1] + largest[2]) / np.float32(3)
    return mean
