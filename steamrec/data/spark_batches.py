"""Gathering tables of pairs into user batches (steamrec.data.user_batches)."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from steamrec.data.pairs import ITEM_BITS, ROLE_BITS, Role

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame


def user_batches(
    size: int, tables: "Mapping[Role, DataFrame]", with_positions: bool = False
) -> "DataFrame":
    """Rows (batch int, key long) of the (user, item) pairs of `tables`.

    A key is a pair with the role of its table (steamrec.data.pairs); its batch is user // size.
    Each batch is whole in one partition, sorted by key: plain columns, which Spark sorts and Arrow
    carries far faster than arrays. `with_positions` adds the pair's position in the library
    (long), 0 where its table has none.
    """
    from functools import reduce

    from pyspark.sql import DataFrame
    from pyspark.sql import functions as F

    user, item = F.col("user").cast("long"), F.col("item").cast("long")
    batch = F.floor(user / F.lit(size)).cast("int").alias("batch")
    flat = []
    for role, table in tables.items():
        upper = F.shiftleft(F.shiftleft(user, ROLE_BITS).bitwiseOR(F.lit(int(role))), ITEM_BITS)
        key = upper.bitwiseOR(item).alias("key")
        flat.append(table.select(batch, key, *(_position(table) if with_positions else ())))
    session = flat[0].sparkSession
    # An explicit number is kept: adaptive execution would gather small pairs, and with them all
    # the work that depends on them, into one task.
    partitions = max(
        4 * session.sparkContext.defaultParallelism,
        int(session.conf.get("spark.sql.shuffle.partitions") or 1),
    )
    union = reduce(DataFrame.unionAll, flat)
    return union.repartition(partitions, "batch").sortWithinPartitions("key")


def _position(table: "DataFrame") -> "list[Column]":
    from pyspark.sql import functions as F

    position = F.col("position") if "position" in table.columns else F.lit(0)
    return [position.cast("long").alias("position")]
