"""The figures by library size, so that a person sees for whom a model works."""

from collections.abc import Sequence
from itertools import product
from typing import TYPE_CHECKING, Any

from steamrec import tables
from steamrec.evaluation.histograms import rank_histogram
from steamrec.ranking.intervals import bootstrap_mean
from steamrec.ranking.metrics import METRICS, metric_values

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from steamrec.stage import Context


def size_quartiles(
    context: "Context", ranks: "dict[str, DataFrame]", cutoffs: Sequence[int]
) -> list[dict[str, Any]]:
    """HR and NDCG of each model under the full protocol for the quartiles of library size."""
    settings = context.settings.evaluate
    users = context.read(tables.USERS).select("user", "items")
    quantiles = users.selectExpr("percentile(items, array(0.0, 0.25, 0.5, 0.75, 1.0))").first()
    assert quantiles is not None
    bounds = [int(bound) for bound in quantiles[0]]
    figures = []
    for quartile in range(4):
        low, high = bounds[quartile] + (quartile > 0), bounds[quartile + 1]
        inside = users.where(f"items >= {low} and items <= {high}").select("user")
        for model, frame in ranks.items():
            full = frame.where("protocol = 'full'").join(inside, "user", "left_semi")
            histogram = rank_histogram(full, max(cutoffs))
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
