"""Item metadata: the items' file -> item_metadata, the genres, tags and prices of items."""

from typing import TYPE_CHECKING

from steamrec.data import tables
from steamrec.data.context import Context
from steamrec.errors import RunError, UsageError
from steamrec.ingest.input_errors import explained
from steamrec.ingest.item_metadata_lines import ITEM_LINES
from steamrec.ingest.lines import read_lines
from steamrec.ingest.quarantine import check_quarantine
from steamrec.ingest.sources import find_sources
from steamrec.pipeline.stage import Outcome
from steamrec.publish.filters import check_tags

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

SETTING = "input.items_path"


def run(context: Context) -> Outcome:
    """Read the items' file; write ITEM_METADATA, one row per item_id, and ITEM_METADATA_QUARANTINE.

    Of several lines with one id the first readable one counts. Raises UsageError for an empty
    file or an excluded tag that no item has, RunError for damaged input or too many quarantined
    lines.
    """
    settings = context.settings
    sources = find_sources(settings.input.items_path, SETTING)
    read = read_lines(context.spark, sources, ITEM_LINES, settings.ingest).persist()
    with explained():
        counts = _write(context, read)
    check_quarantine(
        context, tables.ITEM_METADATA_QUARANTINE, counts["quarantined_lines"], counts["lines"]
    )
    if not counts["items"]:
        raise UsageError(
            f"No line of {settings.input.items_path} has an id, so there is no item metadata; "
            "set input.items_path to steam_games.json.gz or a file like it."
        )
    # A misspelt tag ends the night here, not after the training.
    check_tags(context)
    return Outcome([tables.ITEM_METADATA, tables.ITEM_METADATA_QUARANTINE], counts=counts)


def _write(context: Context, read: "DataFrame") -> dict[str, int]:
    """Write both tables and count; raises RunError when the counts do not reconcile."""
    from pyspark.sql import Observation
    from pyspark.sql import functions as F

    good = F.col("reason").isNull()
    named = good & (F.coalesce("item_id", F.lit("")) != "")
    lines = Observation("lines")
    observed = read.observe(
        lines,
        *(
            F.count(F.when(condition, 1)).alias(name)
            for name, condition in (("all", F.lit(True)), ("good", good), ("named", named))
        ),
    )
    refused = observed.where(~good).select("file", "reason", "line")
    quarantined = context.write(refused, tables.ITEM_METADATA_QUARANTINE)["rows"]
    seen = lines.get
    if not seen["all"]:
        raise UsageError(f"The input {context.settings.input.items_path} has no lines.")
    fields = F.struct(*tables.ITEM_METADATA.columns)
    first = F.min_by(fields, F.struct(*tables.LINE_LOCATION)).alias("metadata")
    merged = read.where(named).groupBy("item_id").agg(first).select("metadata.*")
    unpriced = F.count(F.when(F.col("price").isNull(), 1))
    written = context.write(merged, tables.ITEM_METADATA, unpriced=unpriced)
    metadata, items = context.read(tables.ITEM_METADATA), context.read(tables.ITEMS)
    counts = {
        "lines": seen["all"],
        "items": written["rows"],
        "merged_lines": seen["named"] - written["rows"],
        "lines_without_id": seen["good"] - seen["named"],
        "quarantined_lines": quarantined,
        "items_without_price": written["unpriced"],
        "catalogue_items": context.count(tables.ITEMS),
        "catalogue_items_with_metadata": items.join(metadata, "item_id", "left_semi").count(),
    }
    total, parts = (
        counts["lines"],
        ("items", "merged_lines", "lines_without_id", "quarantined_lines"),
    )
    if sum(counts[part] for part in parts) != total:
        shown = ", ".join(f"{counts[part]:,} {part.replace('_', ' ')}" for part in parts)
        raise RunError(
            f"The counts do not reconcile: {shown} are not {total:,} lines; the input changed "
            "while it was read: run again."
        )
    return counts
