"""Whether the driver, the executors' Python and Spark's own readers see one workspace.

The driver writes a token; executors read it, through Spark and through the workspace's file
system. A folder of one machine, another NameNode or another endpoint is found before any work.
"""

import functools
import socket
import uuid
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from steamrec.errors import UsageError
from steamrec.workspace import Workspace

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

TASKS = 8  # that read the token, on as many executors as take them


def check_same_place(spark: "SparkSession", workspace: Workspace) -> None:
    """Raise UsageError unless executors read what the driver writes in the workspace."""
    name, token = f"scratch/token-{uuid.uuid4().hex}", uuid.uuid4().hex
    workspace.write_bytes(name, token.encode())
    try:
        other = _seen_by_spark(spark, workspace, name, token)
        other = other or _seen_by_workers(spark, workspace, name, token)
    finally:
        workspace.remove(name)
    if other:
        raise UsageError(
            f"The workspace {workspace.root} is not one place: what the driver writes there, "
            f"{other}; give a --workspace that all machines see, and the same settings of "
            "HDFS or S3 to Spark, the driver and the executors (docs/cluster.md)."
        )


def _seen_by_spark(spark: "SparkSession", workspace: Workspace, name: str, token: str) -> str:
    """What Spark finds in place of the token, in words; empty when it finds the token."""
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    from steamrec.spark.failures import first_cause

    try:
        lines = [row[0] for row in spark.read.text(workspace.spark_uri(name)).collect()]
    except (PySparkException, Py4JError) as error:
        return f"Spark cannot read ({first_cause(str(error)).rstrip('.')})"
    return "" if lines == [token] else "Spark reads otherwise"


def _seen_by_workers(spark: "SparkSession", workspace: Workspace, name: str, token: str) -> str:
    """The same for the executors' Python."""
    read = functools.partial(_read_token, root=workspace.root, name=name, token=token)
    tasks = spark.sparkContext.parallelize(range(TASKS), TASKS)
    return next(filter(None, tasks.mapPartitions(read).collect()), "")


def _read_token(_: Iterable[int], root: str, name: str, token: str) -> Iterator[str]:
    """What one executor finds, in words; empty when it finds the token."""
    try:
        found = Workspace(root).read_bytes(name) == token.encode()
        words = "" if found else "reads otherwise"
    except Exception as error:
        reason = (str(error).splitlines() or [""])[0].rstrip(".")
        words = f"cannot read ({type(error).__name__}: {reason})"
    yield f"the Python of an executor on {socket.gethostname()} {words}" if words else ""
