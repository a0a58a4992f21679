"""Your own interactions (a table of user and item) as libraries."""

from typing import TYPE_CHECKING

from steamrec.ingest.columns import Column
from steamrec.settings import Settings

if TYPE_CHECKING:
    from pyspark.sql import Column as SparkColumn
    from pyspark.sql import DataFrame


def interaction_columns(settings: Settings) -> tuple[Column, ...]:
    """The columns of a table of user and item, as the settings name them."""
    names = settings.input
    return (
        Column("user", names.user_column, "input.user_column"),
        Column("item", names.item_column, "input.item_column"),
    )


def interaction_libraries(rows: "DataFrame", path: str) -> "DataFrame":
    """The libraries of `rows` (user, item: both strings, none missing), said to be of `path`.

    Each user becomes one library, its items in the order of their ids (whole numbers by value,
    then other strings); users follow the same order.
    """
    from pyspark.sql import functions as F

    from steamrec.spark.row_index import number_rows

    entry = F.struct(
        F.col("item").alias("item_id"),
        F.col("item").alias("item_name"),
        F.lit(0).cast("long").alias("playtime_forever"),
        F.lit(0).cast("long").alias("playtime_2weeks"),
    )
    keyed = F.struct(_number("item").alias("number"), F.col("item").alias("id"), entry.alias("it"))
    users = (
        rows.groupBy("user")
        .agg(F.transform(F.sort_array(F.collect_list(keyed)), lambda key: key["it"]).alias("items"))
        .withColumn("number", _number("user"))
    )
    return number_rows(users, ["number", "user"], "offset", "bigint").select(
        F.col("user").alias("user_id"),
        F.size("items").alias("items_count"),
        F.col("user").alias("steam_id"),
        F.lit("").alias("user_url"),
        "items",
        F.lit(path.encode("utf-8", "backslashreplace").decode()).alias("file"),
        "offset",
    )


def _number(column: str) -> "SparkColumn":
    """An id's value where it is a whole number, and the largest long where it is not."""
    from pyspark.sql import functions as F

    value = F.expr(f"try_cast(`{column}` AS bigint)")
    return F.coalesce(value, F.lit((1 << 63) - 1))
