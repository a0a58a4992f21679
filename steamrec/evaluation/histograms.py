"""Histograms of ranks, counted in Spark: all that metrics and intervals need."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame


@dataclass(frozen=True)
class Histogram:
    """counts[i] users have the held-out item at ranks[i]; both int64, of the same length."""

    ranks: npt.NDArray[np.int64]
    counts: npt.NDArray[np.int64]


@dataclass(frozen=True)
class JointHistogram(Histogram):
    """counts[i] users have it at ranks[i] in one model's list and at others[i] in another's."""

    others: npt.NDArray[np.int64]


def rank_histogram(ranks: "DataFrame", cap: int) -> Histogram:
    """The histogram of column rank; ranks above `cap` count as cap + 1."""
    cells = ranks.groupBy(_capped("rank", cap).alias("rank")).count().orderBy("rank").collect()
    return Histogram(
        np.array([cell["rank"] for cell in cells], np.int64),
        np.array([cell["count"] for cell in cells], np.int64),
    )


def joint_histogram(ranks: "DataFrame", others: "DataFrame", cap: int) -> JointHistogram:
    """The joint histogram of two models' ranks of the same users."""
    pairs = ranks.select("user", _capped("rank", cap).alias("rank")).join(
        others.select("user", _capped("rank", cap).alias("other")), "user"
    )
    cells = pairs.groupBy("rank", "other").count().orderBy("rank", "other").collect()
    columns = np.array([tuple(cell) for cell in cells], np.int64).reshape(-1, 3)
    return JointHistogram(columns[:, 0], columns[:, 2], columns[:, 1])


def _capped(column: str, cap: int) -> "Column":
    from pyspark.sql import functions as F  # noqa: N812

    return F.least(F.col(column), F.lit(cap + 1))
