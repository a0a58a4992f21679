"""Ingest: raw lines -> libraries, and quarantine for what cannot be read."""

import functools
from typing import TYPE_CHECKING, Any

from steamrec import tables
from steamrec.errors import RunError, UsageError
from steamrec.ingest.interactions import interaction_libraries
from steamrec.ingest.jvm import is_exact, parsed
from steamrec.ingest.python import READ, read_lines
from steamrec.ingest.sources import input_files
from steamrec.settings import Settings
from steamrec.stage import Context, Outcome, Stage
from steamrec.workspace.receipts import digest

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

STAGING = "staging/ingest"


def run(context: Context) -> Outcome:
    """Write both tables.

    Raises UsageError when there is no line, RunError when too many lines cannot be read or an
    input file is cut short.
    """
    from py4j.protocol import Py4JJavaError
    from pyspark.errors import PySparkException

    if context.settings.input.format == "interactions":
        libraries, quarantine = interaction_libraries(context)
        context.write(libraries, tables.LIBRARIES)
        context.write(quarantine, tables.QUARANTINE)
        return Outcome([tables.LIBRARIES, tables.QUARANTINE], counts=_counts(context, None))
    try:
        lines = _read_steam(context)
    except (PySparkException, Py4JJavaError) as error:
        raise _explained(error, context.settings.input.path) from error
    finally:
        context.workspace.remove(STAGING)
    return Outcome([tables.LIBRARIES, tables.QUARANTINE], counts=_counts(context, lines))


def _read_steam(context: Context) -> int:
    """Write both tables from the raw file; returns its number of lines."""

    workspace, spark = context.workspace, context.spark
    workspace.remove(STAGING)
    # Two kinds of rows, two open files a task, instead of a sort of all lines by kind.
    spark.conf.set("spark.sql.maxConcurrentOutputFileWriters", "4")
    staged = _staged(context, _lines(context))
    staged.write.mode("overwrite").partitionBy("kind").parquet(workspace.path(STAGING))
    lines = spark.read.parquet(workspace.path(STAGING)).count()
    if lines == 0:
        raise UsageError(f"input.path = {context.settings.input.path!r} holds no line.")

    workspace.remove(tables.LIBRARIES.name)
    if workspace.exists(f"{STAGING}/kind=library"):
        workspace.move(f"{STAGING}/kind=library", tables.LIBRARIES.name)
    rest = _read_by_python(context).persist()
    for table, condition in (
        (tables.LIBRARIES, "reason IS NULL"),
        (tables.QUARANTINE, "reason IS NOT NULL"),
    ):
        mode = "append" if table is tables.LIBRARIES else "overwrite"
        frame = rest.where(condition).select(*table.columns).coalesce(1)
        frame.write.mode(mode).parquet(workspace.path(table.name))
    rest.unpersist()
    return lines


def _lines(context: Context) -> "DataFrame":
    """The raw lines with their places: line string, file, block, row."""
    from pyspark.sql import functions as F  # noqa: N812

    read = context.spark.read.option("lineSep", "\n").text(
        [about["name"] for about in _files(context)]
        if context.workspace.local
        else context.settings.input.path
    )
    # A line feed behind a carriage return ends the line just the same.
    value = F.col("value")
    line = F.when(F.endswith(value, F.lit("\r")), F.substr(value, F.lit(1), F.length(value) - 1))
    placed = read.select(
        line.otherwise(value).alias("line"),
        F.col("_metadata.file_path").alias("file"),
        F.col("_metadata.file_block_start").alias("block"),
        F.monotonically_increasing_id().alias("row"),
    )
    # A gzip file is one task's work: its lines are spread before they are parsed. By hash of the
    # row and not round robin, which would sort all lines first to be repeatable.
    partitions = 4 * context.spark.sparkContext.defaultParallelism
    return placed.repartition(max(partitions, placed.rdd.getNumPartitions()), "row")


def _staged(context: Context, lines: "DataFrame") -> "DataFrame":
    """Rows of LIBRARIES for the lines read in the JVM (kind = library); for the others
    (kind = line) the line stands in user_id, and in steam_id the reason not to read it at all.
    """
    from pyspark.sql import functions as F  # noqa: N812

    settings = context.settings.ingest
    too_long = F.octet_length("line") > settings.max_line_bytes
    with_record = lines.withColumn("record", parsed(F.when(~too_long, F.col("line"))))
    exact = with_record.withColumn("exact", is_exact(F.col("line"), F.col("record")))
    record = F.col("record")
    head = F.substr("line", F.lit(1), F.lit(settings.max_quarantined_characters))
    reason = F.lit(f"longer than {settings.max_line_bytes:,} bytes (ingest.max_line_bytes)")

    def either(name: str, otherwise: Any = None) -> Any:
        return F.when(F.col("exact"), record[name]).otherwise(otherwise).alias(name)

    return exact.select(
        either("user_id", F.when(too_long, head).otherwise(F.col("line"))),
        either("items_count"),
        either("steam_id", F.when(too_long, reason)),
        either("user_url"),
        either("items"),
        *tables.PLACE,
        F.when(F.col("exact"), F.lit("library")).otherwise(F.lit("line")).alias("kind"),
    )


def _read_by_python(context: Context) -> "DataFrame":
    from pyspark.sql import functions as F  # noqa: N812

    workspace = context.workspace
    if not workspace.exists(f"{STAGING}/kind=line"):
        return context.spark.createDataFrame([], READ)
    left = context.spark.read.schema(tables.LIBRARIES.ddl).parquet(
        workspace.path(f"{STAGING}/kind=line")
    )
    columns = left.select(
        *tables.PLACE,
        F.col("user_id").cast("binary").alias("line"),
        F.col("steam_id").alias("reason"),
    )
    spread = columns.repartition(4 * context.spark.sparkContext.defaultParallelism, "row")
    read = functools.partial(read_lines, keep=context.settings.ingest.max_quarantined_characters)
    return spread.mapInArrow(read, READ)


def _counts(context: Context, lines: int | None) -> dict[str, Any]:
    """The receipt's figures; raises RunError when lines are missing or too many are unreadable."""
    from pyspark.sql import functions as F  # noqa: N812

    libraries, quarantine = context.read(tables.LIBRARIES), context.read(tables.QUARANTINE)
    size = F.size("items")
    row = libraries.agg(
        F.count(F.lit(1)),
        F.count_distinct("user_id"),
        F.coalesce(F.sum((size == 0).cast("long")), F.lit(0)),
        F.coalesce(F.sum(size), F.lit(0)),
        F.coalesce(F.sum((size != F.col("items_count")).cast("long")), F.lit(0)),
    ).first()
    assert row is not None
    read, users, empty, items, disagreeing = (int(value) for value in row)
    refused = quarantine.count()
    if lines is not None and lines != read + refused:
        raise RunError(
            f"{lines:,} lines were read, but {read:,} libraries and {refused:,} quarantined lines "
            "were written; this is a fault of steamrec, please report it."
        )
    total = read + refused
    allowed = context.settings.ingest.max_quarantined_fraction
    if refused > allowed * total:
        commonest = quarantine.groupBy("reason").count().orderBy(F.desc("count"), "reason").take(3)
        reasons = "; ".join(f"{entry['reason']} ({entry['count']:,})" for entry in commonest)
        raise RunError(
            f"{refused:,} of {total:,} lines cannot be read, more than "
            f"ingest.max_quarantined_fraction = {allowed} allows: {reasons}. "
            f"They are in {context.workspace.path(tables.QUARANTINE.name)}."
        )
    return {
        "lines": total,
        "libraries": read,
        "quarantined": refused,
        "distinct_users": users,
        "lines_merged": read - users,
        "libraries_without_items": empty,
        "item_rows": items,
        "items_count_disagrees": disagreeing,
    }


def _explained(error: Exception, path: str) -> RunError:
    text = str(error)
    if "EOFException" in text or "Unexpected end of" in text or "ZipException" in text:
        return RunError(f"An input file behind {path!r} is cut short or damaged; fetch it again.")
    first = next((line for line in text.splitlines() if line.strip()), type(error).__name__)
    return RunError(f"The raw file {path!r} could not be read: {first}")


def _files(context: Context) -> list[dict[str, Any]]:
    return input_files(context.settings.input.path)


def _external(context: Context) -> dict[str, str]:
    return {"input": digest(_files(context))}


def _used(settings: Settings) -> dict[str, Any]:
    return {"format": settings.input.format, **settings.ingest.model_dump(mode="json")}


STAGE = Stage(name="ingest", version=1, needs=(), used=_used, run=run, external=_external)
