"""Lines into libraries and reasons: the JVM's path and Python's, joined."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from steamrec.ingest.jvm import from_json, is_trusted
from steamrec.ingest.python import rewriter
from steamrec.literal import Limits
from steamrec.settings.reading import IngestSettings

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame


def cut_long_lines(lines: "DataFrame", settings: IngestSettings) -> "DataFrame":
    """Add `length` (bytes) and cut lines that are over the limit to what quarantine shows."""
    from pyspark.sql import functions as F

    length = F.octet_length("line").cast("long")
    kept = 4 * settings.max_quarantined_characters  # bytes of the longest characters
    start = F.substring(F.col("line").cast("binary"), 1, kept).cast("string")
    cut = F.when(length > settings.max_line_bytes, start).otherwise(F.col("line"))
    return lines.withColumns({"length": length, "line": cut})


def read_libraries(
    lines: "DataFrame",
    settings: IngestSettings,
    trust: Callable[["Column"], "Column"] = is_trusted,
) -> "DataFrame":
    """Read each line of `cut_long_lines`; those that `trust` does not choose are Python's.

    Returns one row a line: file, block, row, in_python boolean (who read it), library (a
    struct; null when the line is refused), reason string (null when it is not) and line string
    (as quarantine shows it, null otherwise).
    """
    from pyspark.sql import functions as F

    limit = settings.max_line_bytes
    rewritten = rewriter(Limits(line_bytes=limit), settings.max_quarantined_characters)
    trusted = (F.col("length") <= limit) & trust(F.col("line"))
    direct = F.col("direct")
    in_python = direct.isNull() | F.col("direct.refused").isNotNull()
    doubtful = F.when(F.col("in_python"), F.col("line").cast("binary"))
    read = (
        lines.withColumn("trusted", trusted)
        .withColumn("direct", F.when(F.col("trusted"), from_json(F.col("line"), limit)))
        .withColumn("in_python", in_python)
        .withColumn("python", rewritten(doubtful, F.col("length")))
    )
    library = F.when(F.col("in_python"), from_json(F.col("python.json"), limit)).otherwise(direct)
    return read.select(
        "file",
        "block",
        "row",
        "in_python",
        library.alias("library"),
        F.col("python.reason").alias("reason"),
        F.col("python.shown").alias("line"),
    )
