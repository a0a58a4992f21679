"""Ranks of held-out items. A tie counts against the held-out item.

Otherwise a model that gives everything the same score would seem to hit every time.
"""

import numpy as np
import numpy.typing as npt

from steamrec.data.user_batches import IntArray, LongArray
from steamrec.scoring.scorer import Cells, FloatArray


def full_ranks(
    scores: FloatArray, known: Cells | npt.NDArray[np.bool_], users: IntArray, targets: IntArray
) -> tuple[IntArray, IntArray]:
    """Ranks over the whole catalogue, the known items left out.

    scores: float32 [n, items], finite; it is changed (known scores become -inf). known: the
    places to leave out, as (rows, items) or as a bool mask of the same shape; users (row numbers)
    and targets (items): int32 [m], the held-out items. Returns the ranks (from 1) and the
    numbers of candidates, both int32 [m].
    """
    target = scores[users, targets]
    scores[known] = -np.inf
    # A held-out item that is also known, as in some published files, is a candidate all the same.
    hidden = np.isneginf(scores[users, targets])
    ahead = np.fromiter(
        (
            np.count_nonzero(scores[user] >= value)
            for user, value in zip(users, target, strict=True)
        ),
        np.int32,
        len(users),
    )  # the target itself is one
    free = np.fromiter((np.count_nonzero(row > -np.inf) for row in scores), np.int32, len(scores))
    return ahead + hidden.astype(np.int32), free[users] + hidden.astype(np.int32)


def sampled_ranks(
    scores: FloatArray,
    users: IntArray,
    targets: IntArray,
    offsets: LongArray,
    negatives: IntArray,
) -> tuple[IntArray, IntArray]:
    """Ranks among each user's sampled negatives.

    As full_ranks, but for `scores`, which stay as they are; negatives[offsets[j] : offsets[j + 1]]
    are the candidates of entry j. A target that stands among its own candidates, as in some
    published files, is scored once.
    """
    entry = np.repeat(np.arange(len(users)), np.diff(offsets))
    other = negatives != targets[entry]
    ahead = scores[users[entry], negatives] >= scores[users, targets][entry]
    count = len(users)
    ranks = 1 + np.bincount(entry[ahead & other], minlength=count)
    candidates = 1 + np.bincount(entry[other], minlength=count)
    return ranks.astype(np.int32), candidates.astype(np.int32)
