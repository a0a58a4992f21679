"""Tables as other people write them, read back without Spark."""

import csv
import gzip
import io
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from steamrec.ingest.columns import Column
from steamrec.ingest.row_batches import RowLimits
from steamrec.ingest.table_parts import find_table

LIMITS = RowLimits()
PAIRS = (
    Column("user", "user", "input.user_column"),
    Column("item", "item", "input.item_column"),
)
LISTS = (PAIRS[0], Column("items", "items", "split.negatives_column", many=True))


def read(
    path: Path | str, columns: Sequence[Column] = PAIRS, limits: RowLimits = LIMITS
) -> tuple[list[Any], list[Any]]:
    """The good rows and the bad ones (reason, line), as tasks would read them."""
    rows = [
        row
        for part in find_table(str(path), "input.path", tuple(columns))
        for batch in part.batches(limits)
        for row in batch.to_pylist()
    ]
    good = [tuple(row[column.role] for column in columns) for row in rows if row["reason"] is None]
    bad = [(row["reason"], row["line"]) for row in rows if row["reason"] is not None]
    return good, bad


def write_csv(path: Path, rows: Iterable[Sequence[str]], **options: Any) -> None:
    text = io.StringIO()
    writer = csv.writer(text, **options)
    writer.writerows([("user", "item"), *rows])
    content = text.getvalue().encode()
    path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)


def write_json(path: Path, rows: Iterable[Sequence[Any]], escaped: bool = False) -> None:
    lines = [json.dumps({"user": a, "item": b}, ensure_ascii=escaped) + "\n" for a, b in rows]
    path.write_bytes("".join(lines).encode())


def write_parquet(path: Path, user: Any, item: Any, **more: Any) -> None:
    pq.write_table(pa.table({"user": user, "item": item, **more}), path)
