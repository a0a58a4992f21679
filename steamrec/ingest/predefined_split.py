"""The files of a published split: their columns, fingerprints and rows."""

from typing import TYPE_CHECKING

from steamrec.data.context import Context
from steamrec.errors import UsageError
from steamrec.ingest.columns import Column
from steamrec.ingest.external_tables import read_table
from steamrec.ingest.interactions import interaction_columns
from steamrec.ingest.table_parts import find_table, table_fingerprints
from steamrec.ingest.unmatched import Unreadable
from steamrec.settings import Settings

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

HOLDOUT, NEGATIVES = "split.holdout_path", "split.negatives_path"


def negative_columns(settings: Settings) -> tuple[Column, ...]:
    """The columns of the candidates' file, as the settings name them."""
    user, _ = interaction_columns(settings)
    name = settings.split.negatives_column
    return user, Column("items", name, "split.negatives_column", many=True)


def holdout_fingerprints(context: Context) -> dict[str, str]:
    """The published held-out pairs as a stage's `external` has them; empty without any.

    Raises UsageError when the table is missing, has no rows or lacks a column.
    """
    settings = context.settings
    if settings.split.method != "given":
        return {}
    return table_fingerprints(settings.split.holdout_path, HOLDOUT, interaction_columns(settings))


def negatives_fingerprints(context: Context) -> dict[str, str]:
    """The published candidates, as holdout_fingerprints; none when negatives are drawn."""
    split = context.settings.split
    if split.method != "given" or not split.negatives_path:
        return {}
    return table_fingerprints(split.negatives_path, NEGATIVES, negative_columns(context.settings))


def read_holdout(context: Context) -> "DataFrame":
    """The published held-out pairs: user and item (strings), reason and line where unreadable."""
    columns = interaction_columns(context.settings)
    return _read(context, context.settings.split.holdout_path, HOLDOUT, columns)


def read_negatives(context: Context) -> "DataFrame | None":
    """The published candidates: user, items (array of strings); None when negatives are drawn."""
    path = context.settings.split.negatives_path
    if not path:
        return None
    return _read(context, path, NEGATIVES, negative_columns(context.settings))


def _read(context: Context, path: str, setting: str, columns: tuple[Column, ...]) -> "DataFrame":
    return read_table(context, find_table(path, setting, columns), columns).persist()


def unreadable_rows(holdout: "DataFrame", negatives: "DataFrame | None") -> list[Unreadable]:
    """How many rows of the two files there are, and how many cannot be read, in one pass.

    Raises UsageError for a file without rows.
    """
    from pyspark.sql import functions as F

    files = [(HOLDOUT, holdout), *([(NEGATIVES, negatives)] if negatives is not None else [])]
    rows = [frame.select(F.lit(name).alias("setting"), "reason") for name, frame in files]
    counted = (rows[0].unionByName(rows[1]) if len(rows) > 1 else rows[0]).groupBy("setting")
    seen = {
        row["setting"]: Unreadable(row["rows"], row["bad"], row["why"])
        for row in counted.agg(
            F.count(F.lit(1)).alias("rows"),
            F.count("reason").alias("bad"),
            F.min("reason").alias("why"),
        ).collect()
    }
    for name, _ in files:
        if name not in seen:
            raise UsageError(f"The table that {name} names has no rows; name one with rows.")
    return [seen[name] for name, _ in files]
