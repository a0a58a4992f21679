"""Making the lists: the top k for every user_id of the raw file, by the exported model."""

import functools

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from steamrec.data import tables
from steamrec.data.context import Context
from steamrec.data.limits import MOST_USERS
from steamrec.data.pairs import Role
from steamrec.data.spark_batches import user_batches
from steamrec.data.user_batches import IntArray
from steamrec.models.popularity import PopularityScorer
from steamrec.models.registry import SERVES_NEW_USERS
from steamrec.publish.exported_artifact import FALLBACK, published_artifact
from steamrec.publish.list_tasks import LISTS, list_batches
from steamrec.scoring.artifact import load_artifact
from steamrec.spark.row_index import number_rows

USERS_PER_BATCH = 256
LEAST_OWNED = 2  # with fewer, popularity says more


def everybodys_lists(context: Context, model: str, excluded: IntArray) -> DataFrame:
    """The lists (columns of `tables.EXPORT`) of the users that the model knows and of the others.

    excluded: int32, ascending, the items that no list may hold.
    """
    known = _known_lists(context, model, excluded)
    return known.unionByName(_cold_lists(context, model, excluded))


def _known_lists(context: Context, model: str, excluded: IntArray) -> DataFrame:
    """The lists of the users in the users table."""
    users = context.read(tables.USERS).select("user", "user_id")
    return _model_lists(context, model, context.read(tables.INTERACTIONS), users, excluded)


def _model_lists(
    context: Context, model: str, owned: DataFrame, users: DataFrame, excluded: IntArray
) -> DataFrame:
    """The lists of `users` (user, user_id) from their pairs `owned` (user, item, position)."""
    rank = functools.partial(
        list_batches,
        root=context.workspace.root,
        model=published_artifact(context.workspace, model),
        k=context.settings.export.k,
        excluded=excluded,
    )
    batches = user_batches(USERS_PER_BATCH, {Role.FITTED: owned}, with_positions=True)
    ranking = batches.mapInArrow(rank, LISTS)
    return (
        ranking.join(users, "user")
        .join(F.broadcast(context.read(tables.ITEMS)), "item")
        .withColumn("source", F.lit(model))
        .select(*tables.EXPORT.columns)
    )


def _cold_lists(context: Context, model: str, excluded: IntArray) -> DataFrame:
    """The lists of users whom no model was fitted on.

    A model that scores from what a user owns serves those with LEAST_OWNED items or more.
    """
    cold = context.read(tables.COLD_USERS)
    if model not in SERVES_NEW_USERS:
        return _popular_lists(context, cold, excluded)
    owning = cold.where(F.size("items") >= LEAST_OWNED)
    users = number_rows(owning, ["user_id"], "user", "int", MOST_USERS)
    owned = users.select("user", F.posexplode("items").alias("position", "item"))
    lists = _model_lists(context, model, owned, users.select("user", "user_id"), excluded)
    rest = cold.where(F.size("items") < LEAST_OWNED)
    return lists.unionByName(_popular_lists(context, rest, excluded))


def _popular_lists(context: Context, cold: DataFrame, excluded: IntArray) -> DataFrame:
    """The most popular items that each of the users `cold` does not own."""
    k = context.settings.export.k
    largest = cold.agg(F.coalesce(F.max(F.size("items")), F.lit(0))).first()
    assert largest is not None
    fallback = published_artifact(context.workspace, FALLBACK)
    popularity = PopularityScorer(load_artifact(context.workspace, fallback))
    popular = popularity.most_popular(k + largest[0], excluded)
    entries = context.spark.createDataFrame(
        [(int(item), float(popularity.popularity[item])) for item in popular],
        "item int, score float",
    )
    ranked = F.array(*[F.lit(int(item)) for item in popular]).cast("array<int>")
    left = F.slice(F.array_except(ranked, "items"), 1, k)
    return (
        cold.select("user_id", F.posexplode(left).alias("position", "item"))
        .join(F.broadcast(entries), "item")
        .join(F.broadcast(context.read(tables.ITEMS)), "item")
        .select(
            "user_id",
            (F.col("position") + 1).alias("rank"),
            "item_id",
            "item_name",
            "score",
            F.lit("popularity").alias("source"),
        )
    )
