"""How many tasks the queries of a session have: from the size of the data, not a fixed number."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

# Of compressed input. A task of so much takes seconds; starting one takes milliseconds.
BYTES_A_TASK = 4 * 2**20
PARTITIONS = "spark.sql.shuffle.partitions"
ADAPTIVE = "spark.sql.adaptive.enabled"
BROADCAST = "spark.sql.autoBroadcastJoinThreshold"
SPARKS_BROADCAST = "10485760"  # bytes; its own choice


def partitions_of(size: int, cores: int) -> int:
    """The partitions of a shuffle of data of `size` bytes, compressed, on `cores` cores."""
    if size <= BYTES_A_TASK:
        return 1
    return max(2 * cores, -(-size // BYTES_A_TASK))


def query_options(size: int, cores: int, given: Mapping[str, str]) -> dict[str, str]:
    """The options for queries on `size` bytes on `cores` cores, but for those `given` already.

    Data for one task needs neither adaptive execution nor broadcasts, each of which makes several
    Spark jobs out of one query: on 3,000 users they took most of the night.
    """
    partitions = int(given.get(PARTITIONS, partitions_of(size, cores)))
    single = partitions == 1
    wanted = {
        PARTITIONS: str(partitions),
        ADAPTIVE: str(not single).lower(),
        BROADCAST: "-1" if single else SPARKS_BROADCAST,
    }
    return {key: value for key, value in wanted.items() if key not in given}


def fit_session(spark: "SparkSession", size: int) -> None:
    """Let the queries from here on have as many tasks as `size` bytes of input call for.

    What spark-defaults.conf or spark-submit set stays as it is.
    """
    context = spark.sparkContext
    given = dict(context.getConf().getAll())
    for key, value in query_options(size, context.defaultParallelism, given).items():
        spark.conf.set(key, value)


def shuffle_partitions(spark: "SparkSession") -> int:
    """The partitions of a shuffle."""
    return int(spark.conf.get(PARTITIONS) or 1)


def has_one_task(spark: "SparkSession") -> bool:
    """Whether every query that sorts or groups ends in one partition."""
    return shuffle_partitions(spark) == 1 and spark.conf.get(ADAPTIVE) == "false"


def broadcast(frame: "DataFrame") -> "DataFrame":
    """`frame` for a join that sends it whole to every task; as it is where there is one task."""
    from pyspark.sql import functions as F

    return frame if has_one_task(frame.sparkSession) else F.broadcast(frame)
