"""Coverage and novelty of the lists."""

from collections.abc import Sequence
from functools import reduce
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np

from steamrec.data import tables

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from steamrec.data.context import Context


def list_figures(
    context: "Context", ranks: "dict[str, DataFrame]", cutoffs: Sequence[int]
) -> list[dict[str, Any]]:
    """For each model and k: coverage and novelty of the full-catalogue lists.

    coverage: the fraction of the catalogue that is in at least one user's first k. novelty: the
    mean of -log2(owners / users) over the listed items, in bits (Zhou et al., PNAS 2010).
    """
    from pyspark.sql import DataFrame
    from pyspark.sql import functions as F

    items = context.read_local(tables.ITEMS, "item", "owners")
    users = context.count(tables.USERS)
    owners = np.ones(len(items))
    owners[items["item"]] = np.maximum(items["owners"], 1)
    information = -np.log2(owners / users)
    flat = [
        frame.where("protocol = 'full'").select(
            F.lit(model).alias("model"), F.posexplode("items").alias("position", "item")
        )
        for model, frame in ranks.items()
    ]
    # One job for all models and cut-offs: how often each item is in the first k.
    sums = [F.count(F.when(F.col("position") < k, 1)).alias(f"first_{k}") for k in cutoffs]
    counts = reduce(DataFrame.unionAll, flat).groupBy("model", "item").agg(*sums).toPandas()
    figures = []
    for model, k in product(ranks, cutoffs):
        of_model = counts[(counts["model"] == model) & (counts[f"first_{k}"] > 0)]
        of_model = of_model.sort_values("item")  # sums of floats run in one order
        listed = of_model["item"].to_numpy(int)
        times = of_model[f"first_{k}"].to_numpy(float)
        novelty = float(information[listed] @ times / times.sum()) if len(listed) else 0.0
        coverage = len(listed) / len(items)
        figures.append({"model": model, "k": k, "coverage": coverage, "novelty": novelty})
    return figures
