"""Ranks of held-out items. A tie counts against the held-out item.

Otherwise a model that gives everything the same score would seem to hit every time.
"""

import numpy as np
import numpy.typing as npt

from steamrec.block import IntArray
from steamrec.models.scorer import FloatArray


def full_ranks(
    scores: FloatArray, known: npt.NDArray[np.bool_], users: IntArray, targets: IntArray
) -> tuple[IntArray, IntArray]:
    """Ranks over the whole catalogue, the known items left out.

    scores: float32 [n, items]; known: bool [n, items], the items left out; users (row numbers)
    and targets (items): int32 [m], the held-out items. Returns the ranks (from 1) and the
    numbers of candidates, both int32 [m].
    """
    left_out = known[users]
    left_out[np.arange(len(users)), targets] = False
    chosen = scores[users]
    target = chosen[np.arange(len(users)), targets]
    ahead = ((chosen >= target[:, None]) & ~left_out).sum(axis=1)  # the target itself is one
    candidates = scores.shape[1] - left_out.sum(axis=1)
    return ahead.astype(np.int32), candidates.astype(np.int32)


def sampled_ranks(
    scores: FloatArray, users: IntArray, targets: IntArray, negatives: list[IntArray]
) -> tuple[IntArray, IntArray]:
    """Ranks among each user's sampled negatives.

    As full_ranks; negatives[j] are the candidates of entry j. A target that stands among its
    own candidates, as in some published files, is scored once.
    """
    ranks = np.empty(len(users), np.int32)
    candidates = np.empty(len(users), np.int32)
    for entry, (user, target, others) in enumerate(zip(users, targets, negatives, strict=True)):
        others = others[others != target]
        ranks[entry] = 1 + np.count_nonzero(scores[user, others] >= scores[user, target])
        candidates[entry] = 1 + len(others)
    return ranks, candidates
