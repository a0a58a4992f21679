"""Numbering rows 0..n-1 in a given order, without bringing them to one place."""

from collections.abc import Sequence
from itertools import accumulate
from typing import TYPE_CHECKING

from steamrec.errors import UsageError
from steamrec.spark.sizing import has_one_task

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


MOST_IN_PARTITION = 1 << 33  # what monotonically_increasing_id leaves to the rows
MOST = {"int": 1 << 31, "bigint": 1 << 63}


def number_rows(
    frame: "DataFrame", order: Sequence[str], name: str, kind: str, most: int | None = None
) -> "DataFrame":
    """Add column `name` (SQL type `kind`): each row's place, from 0, in the order of `order`.

    The columns of `order` together tell all rows apart, so the numbers do not depend on the
    partitions. Where there are several, the sorted frame is cached, as it is read twice; the
    stage's end frees it. Raises UsageError when there are more rows than `most` (default: than
    `kind` holds).
    """
    from pyspark.sql import functions as F

    if has_one_task(frame.sparkSession):  # far fewer rows than any kind holds
        return frame.orderBy(*order).withColumn(name, F.monotonically_increasing_id().cast(kind))
    placed = (
        frame.orderBy(*order)
        .withColumn("_partition", F.spark_partition_id())
        .withColumn("_row", F.monotonically_increasing_id().bitwiseAND(F.lit((1 << 33) - 1)))
        .persist()
    )
    sizes = {row[0]: row[1] for row in placed.groupBy("_partition").count().collect()}
    check_sizes(list(sizes.values()), name, MOST[kind] if most is None else most)
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


def check_sizes(sizes: Sequence[int], name: str, most: int) -> None:
    """Raise UsageError when partitions of these sizes have too many rows to number."""
    if sum(sizes) > most:
        raise UsageError(
            f"The input has {sum(sizes):,} rows to number by '{name}', and at most {most:,} can "
            "be numbered; give a smaller input."
        )
    if max(sizes, default=0) > MOST_IN_PARTITION:
        raise UsageError(
            f"A partition has {max(sizes):,} rows to number by '{name}', and may have at most "
            f"{MOST_IN_PARTITION:,}; raise spark.sql.shuffle.partitions."
        )
