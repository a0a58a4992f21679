"""Your own interactions (Parquet or CSV with user and item) as libraries."""

from typing import TYPE_CHECKING

from steamrec.data import tables
from steamrec.data.context import Context
from steamrec.ingest.external_tables import read_columns

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame


def interaction_libraries(context: Context) -> "tuple[DataFrame, DataFrame]":
    """The libraries and the quarantine of input.path with input.format = 'interactions'.

    Each user becomes one library, its items in the order of their ids (whole numbers by value,
    then other strings); users follow the same order. A row without a user or an item is
    quarantined. Raises UsageError when the file or a column is missing.
    """
    from pyspark.sql import functions as F

    from steamrec.spark.row_index import number_rows

    path = context.settings.input.path
    rows = read_columns(context, path, ("user", "item"), "input.path")
    rows = rows.select(F.col("user").cast("string"), F.col("item").cast("string"))
    whole = F.col("user").isNotNull() & F.col("item").isNotNull()
    entry = F.struct(
        F.col("item").alias("item_id"),
        F.col("item").alias("item_name"),
        F.lit(0).cast("long").alias("playtime_forever"),
        F.lit(0).cast("long").alias("playtime_2weeks"),
    )
    keyed = F.struct(_number("item").alias("number"), F.col("item").alias("id"), entry.alias("it"))
    users = (
        rows.where(whole)
        .groupBy("user")
        .agg(F.transform(F.sort_array(F.collect_list(keyed)), lambda key: key["it"]).alias("items"))
        .withColumn("number", _number("user"))
    )
    libraries = number_rows(users, ["number", "user"], "offset", "bigint").select(
        F.col("user").alias("user_id"),
        F.size("items").alias("items_count"),
        F.col("user").alias("steam_id"),
        F.lit("").alias("user_url"),
        "items",
        F.lit(path).alias("file"),
        "offset",
    )
    quarantine = rows.where(~whole).select(
        F.lit(path).alias("file"),
        F.lit("a row without a user or an item").alias("reason"),
        F.concat_ws(",", F.coalesce("user", F.lit("")), F.coalesce("item", F.lit(""))).alias(
            "line"
        ),
    )
    return libraries, quarantine.select(*tables.QUARANTINE.columns)


def _number(column: str) -> "Column":
    """An id's value where it is a whole number, and the largest long where it is not."""
    from pyspark.sql import functions as F

    value = F.expr(f"try_cast(`{column}` AS bigint)")
    return F.coalesce(value, F.lit((1 << 63) - 1))
