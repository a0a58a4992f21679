"""Rows of text as Arrow batches: ids, or the reason why a row cannot be read."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from steamrec.ingest.columns import Column
from steamrec.ingest.ids import BadIdError, text_of_id

if TYPE_CHECKING:
    import pyarrow as pa

BATCH_ROWS = 16_384
Ids = str | list[str | None] | None


@dataclass(frozen=True)
class RowLimits:
    """How long a row may be, in bytes, and how much of a bad one is shown, in characters."""

    row_bytes: int = 16 * 2**20
    shown: int = 10_000


class Row(NamedTuple):
    """A row's ids by column, or the `reason` why it has none and the row itself."""

    ids: Sequence[Ids]
    reason: str | None = None
    line: str | None = None


def row_of(values: Sequence[object], columns: Sequence[Column], line: str) -> Row:
    """The row that holds `values`; `line` is shown if a value is not an id."""
    ids: list[Ids] = []
    for value, column in zip(values, columns, strict=True):
        try:
            found = _ids_of_list(value) if column.many else text_of_id(value)
        except BadIdError as error:
            return bad_row(f"the {column.role} {error}", line, columns)
        if found is None:
            return bad_row(f"the row has no {column.role}", line, columns)
        ids.append(found)
    return Row(ids)


def bad_row(reason: str, line: str, columns: Sequence[Column]) -> Row:
    """A row that cannot be read."""
    return Row([None] * len(columns), reason, line)


def _ids_of_list(value: object) -> list[str | None] | None:
    if value is None:
        return None
    if not isinstance(value, list):
        raise BadIdError("is not a list")
    return [text_of_id(each) for each in value]


def shown_text(text: str, limits: RowLimits) -> str:
    """`text` as quarantine shows it: cut, and without what is not Unicode."""
    return text[: limits.shown].encode("utf-8", "backslashreplace").decode()[: limits.shown]


def schema_of(columns: Sequence[Column]) -> "pa.Schema":
    """The schema of all batches: a string or a list of strings per column, reason, line."""
    import pyarrow as pa

    kinds = [pa.list_(pa.string()) if column.many else pa.string() for column in columns]
    fields = [(column.role, kind) for column, kind in zip(columns, kinds, strict=True)]
    return pa.schema([*fields, ("reason", pa.string()), ("line", pa.string())])


def to_batches(rows: Iterable[Row], columns: Sequence[Column]) -> "Iterator[pa.RecordBatch]":
    """`rows` in batches of schema_of(columns)."""
    import pyarrow as pa

    schema = schema_of(columns)
    rest = iter(rows)
    while batch := list(islice(rest, BATCH_ROWS)):
        values = [*zip(*(row.ids for row in batch), strict=True)]
        values += [tuple(row.reason for row in batch), tuple(row.line for row in batch)]
        arrays = [pa.array(value, field.type) for value, field in zip(values, schema, strict=True)]
        yield pa.RecordBatch.from_arrays(arrays, schema=schema)
