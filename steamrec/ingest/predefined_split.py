"""Reading a published split: holdout and negatives as their authors gave them."""

from typing import TYPE_CHECKING

from steamrec.data.context import Context
from steamrec.ingest.external_tables import read_columns

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


def given_holdout(context: Context) -> "DataFrame":
    """The published held-out pairs: user_id string, item_id string.

    Raises UsageError when split.holdout_path is missing or lacks a column.
    """
    from pyspark.sql import functions as F

    path = context.settings.split.holdout_path
    frame = read_columns(context, path, ("user", "item"), "split.holdout_path")
    return frame.select(
        F.col("user").cast("string").alias("user_id"), F.col("item").cast("string").alias("item_id")
    ).distinct()


def given_negatives(context: Context) -> "DataFrame | None":
    """The published candidates: user_id string, item_ids array<string>; None when none are given.

    Raises UsageError when the file is missing or lacks a column.
    """
    from pyspark.sql import functions as F

    path = context.settings.split.negatives_path
    if not path:
        return None
    frame = read_columns(context, path, ("user", "items"), "split.negatives_path")
    return frame.select(
        F.col("user").cast("string").alias("user_id"),
        F.col("items").cast("array<string>").alias("item_ids"),
    )


def given_items(context: Context) -> "DataFrame | None":
    """The item_ids that stand among the published candidates, each once."""
    from pyspark.sql import functions as F

    negatives = given_negatives(context)
    if negatives is None:
        return None
    return negatives.select(F.explode("item_ids").alias("item_id")).distinct()
