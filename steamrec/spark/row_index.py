"""Numbering rows 0..n-1 in a given order, without bringing them to one place."""

from collections.abc import Sequence
from itertools import accumulate
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


def number_rows(frame: "DataFrame", order: Sequence[str], name: str, kind: str) -> "DataFrame":
    """Add column `name` (SQL type `kind`): each row's place, from 0, in the order of `order`.

    The columns of `order` together tell all rows apart, so the numbers do not depend on the
    partitions. The sorted frame is cached, as it is read twice; the stage's end frees it.
    """
    from pyspark.sql import functions as F

    placed = (
        frame.orderBy(*order)
        .withColumn("_partition", F.spark_partition_id())
        .withColumn("_row", F.monotonically_increasing_id().bitwiseAND(F.lit((1 << 33) - 1)))
        .persist()
    )
    sizes = {row[0]: row[1] for row in placed.groupBy("_partition").count().collect()}
    partitions = sorted(sizes)
    starts = [0, *accumulate(sizes[partition] for partition in partitions)]
    pairs = [
        F.lit(value)
        for partition, start in zip(partitions, starts, strict=False)
        for value in (partition, start)
    ]
    if not pairs:
        return frame.withColumn(name, F.lit(0).cast(kind))
    start = F.create_map(*pairs)[F.col("_partition")]
    return placed.withColumn(name, (start + F.col("_row")).cast(kind)).drop("_partition", "_row")
