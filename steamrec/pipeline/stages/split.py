"""Split: interactions -> train (with a few validation items) and holdout.

Random choices depend on the ids, not on tonight's numbers: while a library only grows, its held-out
item was in no earlier night's training pairs, so a warm start has not seen it.
"""

from typing import TYPE_CHECKING

from steamrec.data import tables
from steamrec.data.context import Context
from steamrec.errors import RunError, UsageError
from steamrec.pipeline.stage import Outcome
from steamrec.spark.random_order import keyed

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

IDS = ("user_hash", "item_hash")


def run(context: Context) -> Outcome:
    """Hold one item of each user with at least two out of training."""
    from pyspark.sql import functions as F

    settings = context.settings.split
    interactions = _with_ids(context)
    holdout = _holdout(context, interactions)
    held_out = context.write(holdout, tables.HOLDOUT)["rows"]
    rest = interactions.join(context.read(tables.HOLDOUT), ["user", "item"], "left_anti")
    # Only a predefined holdout may take all that a user owns.
    left = (
        rest.select("user").distinct().count()
        if settings.method == "given"
        else context.count(tables.USERS)
    )
    validation = validation_pairs(rest, settings.seed, min(settings.validation_users, left // 5))
    marked = (
        rest.drop(*IDS)
        .join(validation, ["user", "item"], "left")
        .withColumn("validation", F.coalesce("validation", F.lit(False)))
    )
    marks = F.count(F.when(F.col("validation"), 1))
    train = context.write(marked, tables.TRAIN, validation=marks)
    counts = {
        "interactions": context.count(tables.INTERACTIONS),
        "train_pairs": train["rows"],
        "validation_pairs": train["validation"],
        "holdout_pairs": held_out,
    }
    _check(counts)
    return Outcome(tables=[tables.TRAIN, tables.HOLDOUT], counts=counts)


def _with_ids(context: Context) -> "DataFrame":
    """The interactions (user, item, place), with a number for each id of their own (IDS)."""
    from pyspark.sql import functions as F

    frame = context.read(tables.INTERACTIONS).select("user", "item", "position")
    for table, number in ((tables.USERS, "user"), (tables.ITEMS, "item")):
        hashed = F.xxhash64(f"{number}_id").alias(f"{number}_hash")
        frame = frame.join(context.read(table).select(number, hashed), number)
    return frame


def _holdout(context: Context, interactions: "DataFrame") -> "DataFrame":
    from pyspark.sql import functions as F

    method = context.settings.split.method
    if method == "given":
        return context.read(tables.PREDEFINED_HOLDOUT)
    seed = context.settings.split.seed
    order = F.col("item") if method == "first" else keyed(seed, "holdout", *IDS)
    chosen = interactions.groupBy("user").agg(
        F.min_by("item", order).alias("item"), F.count(F.lit(1)).alias("owned")
    )
    return chosen.where("owned >= 2").select("user", "item")


def validation_pairs(rest: "DataFrame", seed: int, users: int) -> "DataFrame":
    """One random item of each of `users` random users: user, item, validation (True).

    `rest` has user, item and IDS. Only users that keep at least one training item take part.
    """
    from pyspark.sql import functions as F

    chosen = (
        rest.groupBy("user")
        .agg(
            F.min_by("item", keyed(seed, "validation item", *IDS)).alias("item"),
            F.first("user_hash").alias("user_hash"),
            F.count(F.lit(1)).alias("owned"),
        )
        .where("owned >= 2")
    )
    return (
        chosen.orderBy(keyed(seed, "validation user", "user_hash"), "user")
        .limit(users)
        .select("user", "item", F.lit(True).alias("validation"))
    )


def _check(counts: dict[str, int]) -> None:
    """Raise RunError when the counts do not reconcile, UsageError when nothing is held out."""
    if counts["train_pairs"] + counts["holdout_pairs"] != counts["interactions"]:
        raise RunError(
            f"The counts do not reconcile: {counts['train_pairs']:,} training pairs and "
            f"{counts['holdout_pairs']:,} held out are not {counts['interactions']:,} "
            "interactions; this is a fault of steamrec, please report it."
        )
    if not counts["holdout_pairs"]:
        raise UsageError("No user has two items, so nothing can be held out; give a larger input.")
