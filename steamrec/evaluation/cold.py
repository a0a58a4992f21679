"""Measuring the lists of cold users, on whom no model is fitted as they own too few items.

They get lists from a model that scores from owned items, or from popularity. One of their items is
held out only for measuring: none of their pairs is in training, so no model is fitted again.
"""

from collections.abc import Iterator, Sequence
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np

from steamrec.data import tables
from steamrec.data.limits import MOST_USERS
from steamrec.data.user_batches import Role, read_pairs
from steamrec.evaluation.rank_tasks import held_out_ranks
from steamrec.models.loading import cached_scorer
from steamrec.models.registry import SERVES_NEW_USERS
from steamrec.scoring.bootstrap import bootstrap_mean
from steamrec.scoring.metrics import METRICS, metric_values
from steamrec.spark.random_order import keyed
from steamrec.spark.row_index import number_rows
from steamrec.spark.sizing import broadcast

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame

    from steamrec.data.context import Context

MEASURED = ("popularity", *SERVES_NEW_USERS)


def cold_split(context: "Context") -> "tuple[DataFrame, DataFrame]":
    """The known pairs of cold users with two items or more, and one held-out item per user.

    (user, item, place) and (user, item); the users are numbered apart from those of the users
    table. Which item is held out is a pure function of split.seed and the ids.
    """
    from pyspark.sql import functions as F

    items = context.read(tables.ITEMS).select("item", F.xxhash64("item_id").alias("item_hash"))
    cold = context.read(tables.COLD_USERS).where(F.size("items") >= 2)
    owned = (
        number_rows(cold, ["user_id"], "user", "int", MOST_USERS)
        .select(
            "user",
            F.xxhash64("user_id").alias("user_hash"),
            F.posexplode("items").alias("position", "item"),
        )
        .join(broadcast(items), "item")
    )
    order = keyed(context.settings.split.seed, "cold holdout", "user_hash", "item_hash")
    held_out = (
        owned.groupBy("user")
        .agg(F.min(F.struct(order.alias("order"), "item")).alias("least"))
        .select("user", F.col("least.item").alias("item"))
    )
    known = owned.select("user", "item", "position").join(held_out, ["user", "item"], "left_anti")
    return known, held_out


def rank_cold_users(
    record_batches: "Iterator[pa.RecordBatch]", root: str, model: str
) -> "Iterator[pa.RecordBatch]":
    """The rows of tables.cold_ranks. Roles: FITTED what a user is known by, HOLDOUT the rest."""
    import pyarrow as pa

    scorer = cached_scorer(root, model)
    for number, (known, held_out) in read_pairs(record_batches, Role.FITTED, Role.HOLDOUT):
        if len(held_out):
            columns = (held_out.users, *held_out_ranks(scorer, number, known, held_out))
            yield pa.RecordBatch.from_arrays(
                [pa.array(column) for column in columns], names=["user", "rank", "candidates"]
            )


def cold_figures(
    context: "Context", models: Sequence[str], cutoffs: Sequence[int]
) -> list[dict[str, Any]]:
    """Every metric of each model of MEASURED for the cold users; empty when there are none."""
    settings = context.settings.evaluate
    figures = []
    for model in (name for name in models if name in MEASURED):
        ranks = context.read(tables.cold_ranks(model))
        counted = ranks.groupBy("rank").count().orderBy("rank").toPandas()
        counts = counted["count"].to_numpy(np.int64)
        for metric, k in product(METRICS, cutoffs) if len(counts) else ():
            values = metric_values(metric, counted["rank"].to_numpy(np.int64), k)
            mean, low, high = bootstrap_mean(values, counts, settings.bootstrap, settings.seed)
            figures.append(
                {
                    "model": model,
                    "metric": metric,
                    "k": k,
                    "value": mean,
                    "ci95": [low, high],
                    "users": int(counts.sum()),
                }
            )
    return figures
