"""Gathering tables of pairs into blocks of users (steamrec.data.user_batches)."""

from typing import TYPE_CHECKING

from steamrec.data.user_batches import ITEM_BITS, KIND_BITS
from steamrec.spark.sizing import has_one_task, shuffle_partitions

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame


def user_blocks(size: int, *tables: "DataFrame", placed: bool = False) -> "DataFrame":
    """Rows (block int, key long) of the (user, item) pairs of at most four `tables`.

    A key is a pair with its kind, the number of its table (user_batches.KIND_BITS); its block is
    user // size, users are below 2**30. Each block stands whole in one partition, sorted by key:
    plain columns, which Spark sorts and Arrow carries far faster than arrays. With `placed`, a
    third column has the pair's place in the library (long), 0 where its table has none.
    """
    from functools import reduce

    from pyspark.sql import DataFrame
    from pyspark.sql import functions as F

    user, item = F.col("user").cast("long"), F.col("item").cast("long")
    block = F.floor(user / F.lit(size)).cast("int").alias("block")
    flat = []
    for kind, table in enumerate(tables):
        upper = F.shiftleft(F.shiftleft(user, KIND_BITS).bitwiseOR(F.lit(kind)), ITEM_BITS)
        key = upper.bitwiseOR(item).alias("key")
        flat.append(table.select(block, key, *(_place(table) if placed else ())))
    session = flat[0].sparkSession
    # A number given outright is kept: adaptive execution would gather small pairs, and with
    # them all the work that hangs on them, into one task.
    cores = session.sparkContext.defaultParallelism
    partitions = cores if has_one_task(session) else max(4 * cores, shuffle_partitions(session))
    together = reduce(DataFrame.unionAll, flat)
    return together.repartition(partitions, "block").sortWithinPartitions("key")


def _place(table: "DataFrame") -> "list[Column]":
    from pyspark.sql import functions as F

    place = F.col("place") if "place" in table.columns else F.lit(0)
    return [place.cast("long").alias("place")]
