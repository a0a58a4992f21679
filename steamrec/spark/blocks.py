"""Gathering tables of pairs into blocks of users (steamrec.block)."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame


def user_blocks(size: int, *tables: "DataFrame", placed: bool = False) -> "DataFrame":
    """Rows (block int, kind int, pair long) of the (user, item) pairs of `tables`.

    A pair is user << 32 | item, its kind the number of its table, its block user // size. Each
    block stands whole in one partition, sorted by kind and pair: plain columns, which Spark
    sorts and Arrow carries far faster than arrays. With `placed`, a fourth column has the pair's
    place in the library (long), 0 where its table has none.
    """
    from functools import reduce

    from pyspark.sql import DataFrame
    from pyspark.sql import functions as F

    user, item = F.col("user").cast("long"), F.col("item").cast("long")
    pair = F.shiftleft(user, 32).bitwiseOR(item).alias("pair")
    block = F.floor(user / F.lit(size)).cast("int").alias("block")
    flat = [
        table.select(block, F.lit(kind).alias("kind"), pair, *(_place(table) if placed else ()))
        for kind, table in enumerate(tables)
    ]
    session = flat[0].sparkSession
    # A number given outright is kept: adaptive execution would gather small pairs, and with
    # them all the work that hangs on them, into one task.
    partitions = max(
        4 * session.sparkContext.defaultParallelism,
        int(session.conf.get("spark.sql.shuffle.partitions") or 1),
    )
    together = reduce(DataFrame.unionAll, flat)
    return together.repartition(partitions, "block").sortWithinPartitions("block", "kind", "pair")


def _place(table: "DataFrame") -> "list[Column]":
    from pyspark.sql import functions as F

    place = F.col("place") if "place" in table.columns else F.lit(0)
    return [place.cast("long").alias("place")]
