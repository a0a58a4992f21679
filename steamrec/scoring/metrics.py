"""Metrics of one held-out item per user, as functions of its rank.

With a single relevant item the ideal DCG is 1, so NDCG is 1 / log2(rank + 1) (Jarvelin,
Kekalainen, TOIS 2002; He et al., Neural Collaborative Filtering, WWW 2017, section 4.1).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Ranks = npt.NDArray[np.integer[Any]]


@dataclass(frozen=True)
class Metric:
    """One metric.

    Attributes:
        label: its name in tables and charts, to which "@k" is added.
        gain: maps ranks from 1 (integers, any shape) to what a user scores at each (float64, the
            same shape, 0 to 1); below cut-off k a user always scores 0.
        in_report: report.html shows it; metrics.json always has it.
    """

    label: str
    gain: Callable[[Ranks], npt.NDArray[np.float64]]
    in_report: bool = False


METRICS: dict[str, Metric] = {
    "hr": Metric("HR", lambda ranks: np.ones(np.shape(ranks)), in_report=True),
    "ndcg": Metric("NDCG", lambda ranks: 1.0 / np.log2(ranks + 1.0), in_report=True),
    "mrr": Metric("MRR", lambda ranks: 1.0 / ranks),
}


def metric_values(metric: str, ranks: Ranks, k: int) -> npt.NDArray[np.float64]:
    """float64, the shape of `ranks` (from 1): each user's value of a metric at cut-off k.

    Raises ValueError for a metric that is not in METRICS, and for a rank below 1, which would be
    worth more than a perfect one.
    """
    if metric not in METRICS:
        raise ValueError(f"there is no metric {metric!r}")
    if np.size(ranks) and not np.min(ranks) >= 1:
        raise ValueError("ranks count from 1")
    return np.where(ranks <= k, METRICS[metric].gain(ranks), 0.0)
