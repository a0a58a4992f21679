"""Sending rows to a partition of one's choice."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


def partition_keys(spark: "SparkSession", partitions: int) -> list[int]:
    """For each partition p an int whose hash `repartition(partitions, column)` sends to p.

    Spark places a row by a hash of the column; plain partition numbers would collide there.
    """
    from pyspark.sql import functions as F

    keys: dict[int, int] = {}
    tried = 0
    while len(keys) < partitions:
        numbers = spark.range(tried, tried + 20 * partitions).select(F.col("id").cast("int"))
        hashed = numbers.select("id", F.pmod(F.hash("id"), F.lit(partitions)).alias("partition"))
        for row in hashed.collect():
            keys.setdefault(row["partition"], row["id"])
        tried += 20 * partitions
    return [keys[partition] for partition in range(partitions)]
