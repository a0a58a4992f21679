"""Metrics of one held-out item a user, as functions of its rank.

With a single relevant item the ideal DCG is 1, so NDCG is 1 / log2(rank + 1) (Jarvelin,
Kekalainen, TOIS 2002; He et al., Neural Collaborative Filtering, WWW 2017, section 4.1).
"""

from typing import Any

import numpy as np
import numpy.typing as npt

METRICS = ("hr", "ndcg", "mrr")


def metric_values(
    metric: str, ranks: npt.NDArray[np.integer[Any]], k: int
) -> npt.NDArray[np.float64]:
    """float64, the shape of `ranks` (from 1): each user's value at cut-off k.

    "hr": 1 within the first k; "ndcg": 1 / log2(rank + 1) there; "mrr": 1 / rank there;
    0 below. Raises ValueError for another metric, and for a rank below 1, which would be worth
    more than a perfect one.
    """
    if np.size(ranks) and not np.min(ranks) >= 1:
        raise ValueError("ranks count from 1")
    hit = ranks <= k
    if metric == "hr":
        return hit.astype(np.float64)
    if metric == "ndcg":
        return np.where(hit, 1.0 / np.log2(ranks + 1.0), 0.0)
    if metric == "mrr":
        return np.where(hit, 1.0 / ranks, 0.0)
    raise ValueError(f"there is no metric {metric!r}")
