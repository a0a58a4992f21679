"""The re-ranker's material, from Spark: counts on one part of train, training rows on another.

The targets are one item each of many users, taken out of the training pairs. The weights and
counts are fitted without them: a network trained on features that had seen its targets would
trust them too much.
"""

import functools
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from steamrec.data import tables
from steamrec.data.context import Context
from steamrec.data.limits import check_ranker_items
from steamrec.data.spark_batches import user_blocks
from steamrec.data.tables import Table
from steamrec.models.ease.fit import ease_weights, gram_matrix
from steamrec.models.ranker.fallback import latent_directions
from steamrec.models.ranker.ngrams import implied_items, whole_counts
from steamrec.models.ranker.retrieval import Retrieval
from steamrec.models.ranker.tasks import (
    ADJACENT,
    BETWEEN,
    COLUMNS,
    COUNTS,
    TAIL_COLUMNS,
    count_neighbours,
    rows_ddl,
    tail_rows,
    training_rows,
)
from steamrec.scoring.artifact import Artifact
from steamrec.spark.random_order import keyed

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

RETRIEVAL = "ranker/retrieval"
BLOCK_SIZE = 256
FEATURES_TABLE = Table("features/ranker", dict.fromkeys(COLUMNS, "float"))
TAIL_TABLE = Table("features/ranker_tail", dict.fromkeys(TAIL_COLUMNS, "float"))
TAIL_NEGATIVES = 100


def split_targets(context: Context, users: int) -> tuple["DataFrame", "DataFrame"]:
    """The pairs to count on, and one target of each of at most `users` users.

    Users with a validation item give none, and keep at least two items.
    """
    from pyspark.sql import functions as F

    seed = context.settings.split.seed
    train = context.read(tables.TRAIN)
    free = train.join(
        train.where("validation").select("user").distinct(), "user", "left_anti"
    ).where("not validation")
    targets = (
        free.groupBy("user")
        .agg(
            F.min_by("item", keyed(seed, "ranker item")).alias("item"), F.count("*").alias("owned")
        )
        .where("owned >= 3")
        .orderBy(keyed(seed, "ranker user", "user"), "user")
        .limit(users)
        .select("user", "item")
        .persist()
    )
    known = train.where("not validation").join(F.broadcast(targets), ["user", "item"], "left_anti")
    return known, targets


def fit_retrieval(context: Context, known: "DataFrame", regularization: float) -> Retrieval:
    """EASE and all counts on the pairs of `known` (user, item, place)."""
    items = context.read(tables.ITEMS).count()
    check_ranker_items(items)
    users = context.read(tables.USERS).count()
    gram = gram_matrix(context, known, items, "ranker")
    owners = np.diag(gram).copy()
    latent = latent_directions(gram)
    np.fill_diagonal(gram, 0)
    implied, strengths = implied_items(gram, owners, users)
    together = whole_counts(gram)
    np.fill_diagonal(gram, owners)
    neighbours = user_blocks(8_192, known, placed=True).mapInArrow(
        functools.partial(count_neighbours, items=items), COUNTS
    )
    summed = neighbours.groupBy("kind", "key").agg({"count": "sum"}).toPandas()
    summed.columns = ["kind", "key", "count"]
    counts = {}
    for kind in (ADJACENT, BETWEEN):
        chosen = summed[summed["kind"] == kind].sort_values("key")
        counts[kind] = (chosen["key"].to_numpy(np.int64), chosen["count"].to_numpy(np.float32))
    return Retrieval(
        ease_weights(gram, regularization, "ranker"),
        together,
        owners,
        *counts[ADJACENT],
        *counts[BETWEEN],
        implied,
        strengths,
        *latent,
    )


def save_candidate_rows(
    context: Context, known: "DataFrame", targets: "DataFrame", candidates: int
) -> int:
    """Write FEATURES_TABLE: `candidates` rows a user; returns how many users it holds.

    Those whose target is not among the candidates are left out.
    """
    compute = functools.partial(
        training_rows, root=context.workspace.root, model=RETRIEVAL, count=candidates
    )
    return _save_rows(context, known, targets, compute, FEATURES_TABLE, candidates)


def save_tail_rows(context: Context, known: "DataFrame", targets: "DataFrame") -> int:
    """Write TAIL_TABLE: the target and TAIL_NEGATIVES random items of each user; as above."""
    compute = functools.partial(
        tail_rows,
        root=context.workspace.root,
        model=RETRIEVAL,
        count=TAIL_NEGATIVES,
        seed=context.settings.split.seed,
    )
    return _save_rows(context, known, targets, compute, TAIL_TABLE, 1 + TAIL_NEGATIVES)


def _save_rows(
    context: Context,
    known: "DataFrame",
    targets: "DataFrame",
    compute: Callable[[Iterable[Any]], Iterable[Any]],
    table: Table,
    slots: int,
) -> int:
    """Write `slots` rows for each of the users; returns their number.

    The rows of a user follow each other, the target first; users are in random order, the same
    on any number of cores.
    """
    blocks = user_blocks(BLOCK_SIZE, known, targets, placed=True)
    order = keyed(context.settings.split.seed, "ranker rows", "user").alias("order")
    columns = list(table.columns)
    rows = blocks.mapInArrow(compute, rows_ddl(columns)).select(order, "*").persist()
    files = max(1, min(16, targets.count() * slots // 200_000))
    ordered = rows.repartitionByRange(files, "order").sortWithinPartitions("order", "user", "slot")
    options = {"parquet.enable.dictionary": "false", "parquet.block.size": str(1 << 30)}
    path = context.workspace.spark_uri(table.name)
    ordered.select(*columns).write.mode("overwrite").options(**options).parquet(path)
    users = rows.where("slot = 0").count()
    rows.unpersist()
    return users


def retrieval_artifact(
    context: Context, retrieval: Retrieval, settings: dict[str, object]
) -> Artifact:
    """The retrieval as an artifact of its own, which the executors read."""
    users = context.read(tables.USERS).count()
    return Artifact(RETRIEVAL, retrieval.arrays(), users, retrieval.items, settings)
