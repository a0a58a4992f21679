"""Histograms of ranks, counted in Spark: all that metrics and intervals need."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import pandas as pd
    from pyspark.sql import DataFrame


@dataclass(frozen=True)
class Histogram:
    """counts[i] users have the held-out item at ranks[i]; both int64, of the same length."""

    ranks: npt.NDArray[np.int64]
    counts: npt.NDArray[np.int64]


@dataclass(frozen=True)
class JointHistogram(Histogram):
    """counts[i] users have it at ranks[i] in one model's list and at others[i] in another's."""

    others: npt.NDArray[np.int64]


@dataclass(frozen=True)
class RankCells:
    """Counts of users by (protocol, part, model, other, rank, other_rank).

    `part` is the number of the users' size quartile; `other` is the model itself, or one that
    it is compared with. Their number depends on the cut-offs and the models, not on the users.
    """

    cells: "pd.DataFrame"

    def histogram(self, model: str, protocol: str, part: int | None = None) -> Histogram:
        """One model's ranks, of all users or those of one part."""
        joint = self.joint(model, model, protocol, part)
        return Histogram(joint.ranks, joint.counts)

    def joint(
        self, model: str, other: str, protocol: str, part: int | None = None
    ) -> JointHistogram:
        """Two models' ranks of the same users."""
        cells = self.cells
        chosen = (cells["protocol"] == protocol) & (cells["model"] == model)
        chosen &= cells["other"] == other
        if part is not None:
            chosen &= cells["part"] == part
        summed = cells[chosen].groupby(["rank", "other_rank"], as_index=False)["users"].sum()
        columns = [summed[name].to_numpy(np.int64) for name in ("rank", "users", "other_rank")]
        return JointHistogram(*columns)


def rank_cells(
    ranks: "dict[str, DataFrame]", parts: "DataFrame", others: Sequence[str], cap: int
) -> RankCells:
    """Count all models' ranks in one Spark job; ranks above `cap` count as cap + 1.

    `parts` has the columns user and part. Each model is paired with itself and with `others`.
    """
    from pyspark.sql import DataFrame
    from pyspark.sql import functions as F

    models = list(ranks)
    flat = [
        frame.select(
            "protocol",
            "user",
            F.lit(name).alias("model"),
            F.least(F.col("rank"), F.lit(cap + 1)).alias("rank"),
        )
        for name, frame in ranks.items()
    ]
    wide = (
        reduce(DataFrame.unionAll, flat)
        .groupBy("protocol", "user")
        .agg(*(F.max(F.when(F.col("model") == name, F.col("rank"))).alias(name) for name in models))
    )
    pairs = F.array(
        *(
            F.struct(
                F.lit(model).alias("model"),
                F.lit(other).alias("other"),
                F.col(model).alias("rank"),
                F.col(other).alias("other_rank"),
            )
            for model in models
            for other in dict.fromkeys((model, *others))
        )
    )
    counted = (
        wide.join(parts, "user")
        .select("protocol", "part", F.explode(pairs).alias("pair"))
        .select("protocol", "part", "pair.*")
        .where("rank is not null and other_rank is not null")
        .groupBy("protocol", "part", "model", "other", "rank", "other_rank")
        .agg(F.count(F.lit(1)).alias("users"))
    )
    return RankCells(counted.toPandas())
