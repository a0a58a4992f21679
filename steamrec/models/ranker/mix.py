"""How much the network decides of the candidates' order, and how much EASE does.

A small or unordered data set may teach the network nothing that holds for others. So validation
items have to show that it is better than EASE; what does not show it leaves EASE's order.
"""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from steamrec.scoring.scorer import FloatArray

WEIGHTS = (1.0, 0.5)  # the network's, in the order in which they are tried
# A mean gain has to be more than this many of its standard errors (the rule of one
# standard error: Breiman, Friedman, Olshen, Stone, Classification and Regression Trees, 1984).
STANDARD_ERRORS = 1.0


def mixed(network: FloatArray, ease: FloatArray, weight: float) -> FloatArray:
    """float32 [n]: the scores of a user's n >= 1 candidates.

    The network's with weight 1 and EASE's with weight 0, as they are; between these the sum of
    both, each in units of its own spread.
    """
    if weight in (0, 1):
        return network if weight else ease
    weights = np.float32(weight), np.float32(1 - weight)
    scores = np.zeros(len(ease), np.float32)
    for values, part in zip((network, ease), weights, strict=True):
        spread = values.std()
        if spread > 0:
            scores += part * (values / spread)
    return scores


def likely_better(metric: npt.NDArray[np.float64], other: npt.NDArray[np.float64]) -> bool:
    """Whether a metric of users, float64 [users >= 1], is more than luck above another one."""
    gain = metric - other
    return bool(gain.mean() > STANDARD_ERRORS * gain.std() / np.sqrt(len(gain)))


def choose_weight(metric: Callable[[float], npt.NDArray[np.float64]]) -> float:
    """The first of WEIGHTS that is likely better than EASE alone, else 0.

    metric: the validation metric of each user, float64 [users >= 1], given the network's weight.
    """
    ease = metric(0.0)
    return next((weight for weight in WEIGHTS if likely_better(metric(weight), ease)), 0.0)
