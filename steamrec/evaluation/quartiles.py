"""The metrics by library size, which show for which users a model works."""

from collections.abc import Sequence
from itertools import product
from typing import TYPE_CHECKING, Any

from steamrec.data import tables
from steamrec.evaluation.histograms import RankCells
from steamrec.scoring.bootstrap import bootstrap_mean
from steamrec.scoring.metrics import METRICS, metric_values

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from steamrec.data.context import Context

Bounds = list[tuple[int, int]]


def size_parts(context: "Context") -> "tuple[Bounds, DataFrame]":
    """The quartiles of library size, (fewest, most items) each, and each user's: user, part."""
    from pyspark.sql import functions as F

    users = context.read(tables.USERS).select("user", "items")
    quantiles = users.selectExpr("percentile(items, array(0.0, 0.25, 0.5, 0.75, 1.0))").first()
    assert quantiles is not None
    ends = [int(bound) for bound in quantiles[0]]
    part = sum((F.col("items") > F.lit(end)).cast("int") for end in ends[1:4])
    bounds = [(ends[place] + (place > 0), ends[place + 1]) for place in range(4)]
    return bounds, users.select("user", F.lit(part).alias("part"))


def size_quartiles(
    context: "Context",
    cells: RankCells,
    bounds: Bounds,
    models: Sequence[str],
    cutoffs: Sequence[int],
) -> list[dict[str, Any]]:
    """Every metric of each model under the full protocol, for the users of each quartile."""
    settings = context.settings.evaluate
    figures = []
    for (part, (low, high)), model in product(enumerate(bounds), models):
        histogram = cells.histogram(model, "full", part)
        if not histogram.counts.sum():
            continue
        for metric, k in product(METRICS, cutoffs):
            values = metric_values(metric, histogram.ranks, k)
            mean, start, end = bootstrap_mean(
                values, histogram.counts, settings.bootstrap, settings.seed
            )
            figures.append(
                {
                    "model": model,
                    "items": [low, high],
                    "users": int(histogram.counts.sum()),
                    "metric": metric,
                    "k": k,
                    "value": mean,
                    "ci95": [start, end],
                }
            )
    return figures
