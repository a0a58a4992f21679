"""The spellings of item ids: which are in training, and which are another form of one there."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame


def known_items(training: "DataFrame", mentioned: "DataFrame") -> "DataFrame":
    """What training and holdout know of each item_id that they, or `mentioned`, have.

    `mentioned` has item_id and `held`, whether a held-out pair of a known user has it. Columns:
    item_id; known_item, whether a training pair has it; known, or such a held-out pair;
    spelled_otherwise, whether training has only another form of it; like_known, whether any known
    item is a form of it.
    """
    from pyspark.sql import Window
    from pyspark.sql import functions as F

    spellings = (
        training.select("item_id", F.lit(True).alias("t"), F.lit(False).alias("h"))
        .unionByName(mentioned.select("item_id", F.lit(False).alias("t"), F.col("held").alias("h")))
        .where("item_id is not null")
        .groupBy("item_id")
        .agg(F.max("t").alias("known_item"), F.max("h").alias("held_item"))
        .withColumn("form", _form("item_id"))
    )
    alike = Window.partitionBy("form")
    return (
        spellings.withColumn("form_trained", F.max("known_item").over(alike))
        .withColumn("form_held", F.max("held_item").over(alike))
        .withColumn("spelled_otherwise", F.expr("not known_item and form_trained"))
        .select(
            "item_id",
            "known_item",
            F.expr("known_item or (held_item and not spelled_otherwise)").alias("known"),
            "spelled_otherwise",
            F.expr("form_trained or form_held").alias("like_known"),
        )
    )


def _form(column: str) -> "Column":
    """The common form of 1000, 1000.0, 1e3, 01000, and of any case, blanks and quotes around."""
    from pyspark.sql import functions as F

    bare = F.lower(F.regexp_replace(F.col(column), r"""^[\s"']+|[\s"']+$""", ""))
    number = F.when(bare.rlike(r"^[+-]?[0-9]+(\.[0-9]*)?(e[+-]?[0-9]+)?$"), bare)
    digits = number.try_cast("decimal(38,6)").cast("string")
    return F.coalesce(F.regexp_replace(digits, r"\.0+$", ""), bare)
