"""Sending rows to a partition of one's choice."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


def slots(spark: "SparkSession", partitions: int) -> list[int]:
    """For each partition p an int whose hash `repartition(partitions, column)` sends to p.

    Spark places a row by a hash of the column; plain partition numbers would collide there.
    """
    from pyspark.sql import functions as F

    found: dict[int, int] = {}
    tried = 0
    while len(found) < partitions:
        numbers = spark.range(tried, tried + 20 * partitions).select(F.col("id").cast("int"))
        placed = numbers.select("id", F.pmod(F.hash("id"), F.lit(partitions)).alias("partition"))
        for row in placed.collect():
            found.setdefault(row["partition"], row["id"])
        tried += 20 * partitions
    return [found[partition] for partition in range(partitions)]
