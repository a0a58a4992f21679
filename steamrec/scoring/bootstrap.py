"""95 % intervals by bootstrap over users, on histograms instead of users.

Users with the same rank are alike to a metric, so resampling users is drawing a histogram's
counts from a multinomial: the cost does not grow with the users (Efron, Tibshirani, 1993).
"""

from typing import Any

import numpy as np
import numpy.typing as npt

LEVEL = (2.5, 97.5)


def bootstrap_mean(
    values: npt.NDArray[np.float64], counts: npt.NDArray[np.integer[Any]], resamples: int, seed: int
) -> tuple[float, float, float]:
    """The mean over users, and its interval's ends.

    values: float64 [cells], a cell's value; counts: int [cells], the users in it. For a paired
    difference a cell is a pair of ranks and its value the difference. Raises ValueError when
    there are no users, or when a value is not finite.
    """
    total = int(counts.sum())
    if total == 0:
        raise ValueError("no users to average over")
    occupied = counts > 0
    values, counts = values[occupied], counts[occupied]
    if not np.isfinite(values).all():
        raise ValueError("a value to average is not finite")
    mean = float(values @ counts) / total
    rng = np.random.default_rng(seed)
    drawn = rng.multinomial(total, counts / total, size=resamples)
    low, high = np.percentile(drawn @ values / total, LEVEL)
    # Rounding in the resampled means must not put the mean outside a one-point interval.
    return mean, float(min(low, mean)), float(max(high, mean))
