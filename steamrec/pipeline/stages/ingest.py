"""The ingest stage: raw lines into `libraries` and `quarantine`."""

import logging
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from steamrec.data.context import Context
from steamrec.data.tables import LIBRARIES, QUARANTINE
from steamrec.errors import RunError, UsageError
from steamrec.ingest.external_tables import read_table
from steamrec.ingest.input_errors import explained
from steamrec.ingest.interactions import interaction_columns, interaction_libraries
from steamrec.ingest.library_lines import LIBRARY_LINES
from steamrec.ingest.line_records import LineFormat
from steamrec.ingest.lines import REFUSED, read_lines
from steamrec.ingest.quarantine import check_quarantine
from steamrec.ingest.sources import find_sources
from steamrec.ingest.table_parts import find_table
from steamrec.pipeline.stage import Outcome
from steamrec.spark.sizing import fit_session

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

log = logging.getLogger(__name__)


def run(context: Context) -> Outcome:
    """Read the input's lines; write LIBRARIES and QUARANTINE.

    Raises UsageError for missing or empty input, RunError for damaged input or too many
    quarantined lines.
    """
    if context.settings.input.format == "interactions":
        return ingest_interactions(context)
    return ingest(context)


def ingest(context: Context, form: LineFormat = LIBRARY_LINES) -> Outcome:
    """As `run`, with another way to read the lines, for comparison."""
    sources = find_sources(context.settings.input.path)
    fit_session(context.spark, sum(source.size for source in sources))

    def write(form: LineFormat) -> dict[str, Any]:
        return _write(context, read_lines(context.spark, sources, form, context.settings.ingest))

    with explained():
        counts = write(form)
        refused = counts.pop(REFUSED)
        if refused:
            log.warning(
                "ingest: Spark's JSON reader refused %d lines that the grammar lets pass, which "
                "is a fault of the grammar; all lines are read again in Python",
                refused,
            )
            counts = write(replace(form, trusted=None))
            del counts[REFUSED]
    _check(context, counts)
    return Outcome(tables=[LIBRARIES, QUARANTINE], counts=counts)


def ingest_interactions(context: Context) -> Outcome:
    """Write the user's own interactions as libraries; raises as `run`."""
    from pyspark.sql import functions as F

    columns = interaction_columns(context.settings)
    path = context.settings.input.path
    parts = find_table(path, "input.path", columns)
    fit_session(context.spark, sum(part.weight for part in parts))
    rows = read_table(context, parts, columns).persist()
    with explained():
        counts = _write_bad_rows(context, rows)
        # Before the grouping, which takes longer than the reading.
        check_quarantine(context, QUARANTINE, counts["quarantined_lines"], counts["lines"])
        good = rows.where("reason is null")
        written = context.write(
            interaction_libraries(good, path), LIBRARIES, item_rows=F.sum("items_count")
        )
    counts |= {"libraries": written["rows"], "item_rows": written["item_rows"] or 0}
    if counts["item_rows"] + counts["quarantined_lines"] != counts["lines"]:
        raise RunError(
            f"Of {counts['lines']:,} rows {counts['item_rows']:,} are in libraries and "
            f"{counts['quarantined_lines']:,} were quarantined; the input changed while it was "
            "read: run again."
        )
    return Outcome(tables=[LIBRARIES, QUARANTINE], counts=counts)


def _write_bad_rows(context: Context, rows: "DataFrame") -> dict[str, Any]:
    from pyspark.sql import functions as F

    context.write(rows.where("reason is not null"), QUARANTINE)
    seen = rows.agg(F.count(F.lit(1)), F.count("reason")).first()
    assert seen is not None
    if not seen[0]:
        raise UsageError(f"The input {context.settings.input.path} has no rows.")
    return {"lines": seen[0], "quarantined_lines": seen[1]}


def _write(context: Context, read: "DataFrame") -> dict[str, Any]:
    counts = _write_libraries(context, read)
    if not counts["lines"]:
        raise UsageError(f"The input {context.settings.input.path} has no lines.")
    _write_quarantine(context, read, counts["quarantined_lines"])
    return counts


def _write_libraries(context: Context, read: "DataFrame") -> dict[str, Any]:
    from pyspark.sql import Observation
    from pyspark.sql import functions as F

    def count(condition: Any) -> Any:
        return F.count(F.when(condition, 1))

    good = F.col("reason").isNull() & F.col(REFUSED).isNull()
    items = F.size("items")
    seen = Observation("ingest")
    observed = read.observe(
        seen,
        F.count(F.lit(1)).alias("lines"),
        count(F.col("reason").isNotNull()).alias("quarantined_lines"),
        count(F.col("in_python")).alias("lines_read_in_python"),
        count(good & (items == 0)).alias("empty_libraries"),
        count(good & (items != F.col("items_count"))).alias("other_items_count"),
        F.coalesce(F.sum(F.when(good, items)), F.lit(0)).alias("item_rows"),
        count(F.col(REFUSED).isNotNull()).alias(REFUSED),
    )
    rows = context.write(observed.where(good), LIBRARIES)["rows"]
    counted = dict(seen.get)
    users = context.read(LIBRARIES).agg(F.count_distinct("user_id")).first()
    assert users is not None
    return {
        "lines": counted.pop("lines"),
        "libraries": rows,
        **counted,
        "users": users[0],
        "merged_lines": rows - users[0],
    }


def _write_quarantine(context: Context, read: "DataFrame", expected: int) -> None:
    from pyspark.sql import functions as F

    # Files are mostly clean: a second reading is then not needed.
    quarantined = read.where(F.col("reason").isNotNull() if expected else F.lit(False))
    context.write(quarantined.select("file", "reason", "line"), QUARANTINE)


def _check(context: Context, counts: dict[str, Any]) -> None:
    lines, quarantined = counts["lines"], context.written[QUARANTINE.name].rows
    if lines != counts["libraries"] + quarantined:
        raise RunError(
            f"Of {lines} lines {counts['libraries']} became libraries and {quarantined} were "
            "quarantined; the input changed while it was read: run again."
        )
    check_quarantine(context, QUARANTINE, quarantined, lines)
