"""The re-ranker's material, from Spark: counts on one part of train, training rows on another.

The targets are one item each of many users, taken out of the training pairs. The rows' weights and
counts are fitted without them: a network trained on features that had seen its targets would
trust them too much.
"""

import functools
from typing import TYPE_CHECKING

import numpy as np

from steamrec.data import tables
from steamrec.data.context import Context
from steamrec.data.limits import check_ranker_items
from steamrec.data.pairs import Role
from steamrec.data.spark_batches import user_batches
from steamrec.models.ease.dense import ease_weights
from steamrec.models.ease.solver import RANKER_BYTES, check_dense
from steamrec.models.ranker.counting import as_counts, count_pairs
from steamrec.models.ranker.directions import latent_directions
from steamrec.models.ranker.ngrams import implied_items, whole_counts
from steamrec.models.ranker.retrieval import Retrieval
from steamrec.models.ranker.tasks import WRITTEN, write_rows
from steamrec.scoring.artifact import Artifact
from steamrec.spark.memory import machine_memory
from steamrec.spark.random_order import keyed

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

RETRIEVAL = "ranker/retrieval"
USERS_PER_BATCH = 256
TAIL_NEGATIVES = 100


def training_pairs(context: Context) -> "DataFrame":
    """The pairs that models are fitted on."""
    return context.read(tables.TRAIN).where("not validation")


def split_targets(context: Context, users: int) -> tuple["DataFrame", "DataFrame", int]:
    """The pairs to count on, one target of each of at most `users` users, and their number.

    Users with a validation item give none, and keep at least one item. The targets (row, user,
    item) are numbered in random order from 0.
    """
    from pyspark.sql import functions as F

    seed = context.settings.split.seed
    train = context.read(tables.TRAIN)
    free = train.join(
        train.where("validation").select("user").distinct(), "user", "left_anti"
    ).where("not validation")
    chosen = (
        free.groupBy("user")
        .agg(
            F.min_by("item", keyed(seed, "ranker item")).alias("item"), F.count("*").alias("owned")
        )
        .where("owned >= 2")
        .orderBy(keyed(seed, "ranker user", "user"), "user")
        .limit(users)
        .select("user", "item")
        .toPandas()
    )
    chosen.insert(0, "row", np.arange(len(chosen), dtype=np.int32))
    targets = context.spark.createDataFrame(chosen, "row int, user int, item int").persist()
    known = training_pairs(context).join(F.broadcast(targets), ["user", "item"], "left_anti")
    return known, targets, len(chosen)


def fit_retrieval(context: Context, pairs: "DataFrame", regularization: float) -> Retrieval:
    """EASE and all counts on `pairs` (user, item, position)."""
    items = context.count(tables.ITEMS)
    check_ranker_items(items)
    advice = "take it out of train.models"
    check_dense("ranker", items, RANKER_BYTES, machine_memory(), advice)
    users = context.count(tables.USERS)
    counts = count_pairs(context, pairs, items)
    gram = counts.gram
    owners = np.diag(gram).copy()
    latent = latent_directions(gram)
    np.fill_diagonal(gram, 0)
    implied, strengths = implied_items(gram, owners, users)
    together = whole_counts(gram)
    np.fill_diagonal(gram, owners)
    return Retrieval(
        ease_weights(gram, regularization, "ranker"),
        together,
        owners,
        *as_counts(counts.adjacent),
        *as_counts(counts.between),
        implied,
        strengths,
        *latent,
    )


def save_rows(
    context: Context, known: "DataFrame", targets: "DataFrame", candidates: int
) -> tuple[int, int]:
    """Write FEATURES_TABLE and TAIL_TABLE; returns how many users each of them holds.

    The first has `candidates` rows per user, and leaves out those whose target is not among the
    candidates; the second the target and TAIL_NEGATIVES random items of each user.
    """
    from pyspark.sql import functions as F

    row = F.col("row").alias("user")
    libraries = known.join(F.broadcast(targets.select("user", "row")), "user")
    compute = functools.partial(
        write_rows,
        root=context.workspace.root,
        model=RETRIEVAL,
        count=candidates,
        drawn=TAIL_NEGATIVES,
        seed=context.settings.split.seed,
    )
    pairs = {
        Role.FITTED: libraries.select(row, "item", "position"),
        Role.HOLDOUT: targets.select(row, "item"),
    }
    batches = user_batches(USERS_PER_BATCH, pairs, with_positions=True)
    # A task that ran twice said the same twice.
    written = batches.mapInArrow(compute, WRITTEN).distinct().collect()
    return sum(batch["users"] for batch in written), sum(batch["tail_users"] for batch in written)


def retrieval_artifact(
    context: Context, retrieval: Retrieval, settings: dict[str, object]
) -> Artifact:
    """The retrieval as an artifact of its own, which the executors read."""
    users = context.count(tables.USERS)
    return Artifact(RETRIEVAL, retrieval.arrays(), users, retrieval.items, settings)
