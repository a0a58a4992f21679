"""Python's path: the lines that the JVM is not trusted with."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from steamrec.literal import Limits, Unreadable, read_library
from steamrec.spark.worker import keep_archives

if TYPE_CHECKING:
    from pyspark.sql import Column, SparkSession

_LINES_PER_BATCH = 10
RESULT_TYPE = "json string, reason string, shown string"

keep_archives()  # workers import this module with `rewrite`


def rewrite(line: bytes, length: int, limits: Limits, max_shown: int) -> tuple[Any, Any, Any]:
    """`line` as JSON that the JVM reads exactly, or the reason why not and the line as text.

    `length` is the line's own length in bytes; one beyond the limit comes cut. The text is cut
    to `max_shown` characters, and bytes that are not UTF-8 stand in it as \\xNN.
    """
    try:
        check_length(length, limits)
        library = read_library(line, limits)
    except Unreadable as error:
        return None, str(error), shown(line, max_shown)
    record = library._asdict() | {"items": [item._asdict() for item in library.items]}
    return json.dumps(record, ensure_ascii=False), None, None


def check_length(length: int, limits: Limits) -> None:
    """Raise Unreadable for a line of more bytes than are allowed; it comes cut."""
    if length > limits.line_bytes:
        raise Unreadable(f"the line is longer than {limits.line_bytes} bytes")


def shown(line: bytes, max_shown: int) -> str:
    """The start of a refused line as text of at most `max_shown` characters."""
    return line[: 4 * max_shown].decode("utf-8", errors="backslashreplace")[:max_shown]


def rewriter(limits: Limits, max_shown: int) -> Callable[["Column", "Column"], "Column"]:
    """`rewrite` as a function of two columns: line binary (null is left alone), length long."""
    from pyspark.sql import functions as F

    def rewrite_or_leave(line: bytes | None, length: int) -> tuple[Any, Any, Any] | None:
        return None if line is None else rewrite(bytes(line), length, limits, max_shown)

    # "Nondeterministic" keeps the optimiser from running it twice or before the spreading.
    return F.udf(rewrite_or_leave, RESULT_TYPE).asNondeterministic()


@contextmanager
def small_batches(spark: "SparkSession") -> Iterator[None]:
    """Send few lines at a time to Python: a batch is held whole, and lines may be long."""
    key = "spark.sql.execution.python.udf.maxRecordsPerBatch"
    before = spark.conf.get(key)
    spark.conf.set(key, _LINES_PER_BATCH)
    try:
        yield
    finally:
        if before is not None:
            spark.conf.set(key, before)
