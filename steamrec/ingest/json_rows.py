"""Rows of JSON lines: one object per line."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from steamrec.errors import UsageError
from steamrec.ingest.columns import Column, ColumnOrigin, find_columns, plain
from steamrec.ingest.row_batches import Row, RowLimits, bad_row, row_of, shown_text, to_batches
from steamrec.ingest.sources import Source
from steamrec.ingest.text_lines import Line, first_lines, read_text_lines

if TYPE_CHECKING:
    import pyarrow as pa

# A line may omit a null column, but hardly this many lines.
_FIRST_LINES = 1_000


@dataclass(frozen=True)
class JsonPart:
    """One file of JSON lines."""

    path: str
    codec: str | None
    weight: int
    columns: tuple[Column, ...]
    origins: tuple[ColumnOrigin, ...]

    def batches(self, limits: RowLimits) -> "Iterator[pa.RecordBatch]":
        """The rows, in the file's order; raises DamagedFileError."""
        yield from to_batches(self._rows(limits), self.columns)

    def _rows(self, limits: RowLimits) -> Iterator[Row]:
        for line in read_text_lines(self.path, self.codec, limits.row_bytes + 1):
            if line.data.isspace():
                continue
            row = self._row(line, limits)
            if row.reason is not None:
                text = line.data[: 4 * limits.shown].decode("utf-8", "backslashreplace")
                row = row._replace(line=shown_text(text.rstrip("\r\n"), limits))
            yield row

    def _row(self, line: Line, limits: RowLimits) -> Row:
        if len(line.data) + line.missing > limits.row_bytes:
            return bad_row(f"the line is longer than {limits.row_bytes} bytes", "", self.columns)
        try:
            pairs = _pairs(line.data)
            values = [
                _value(pairs, column.name) if origin.position is not None else origin.value
                for column, origin in zip(self.columns, self.origins, strict=True)
            ]
        except (ValueError, RecursionError) as error:
            return bad_row(f"the line is not a JSON object ({_said(error)})", "", self.columns)
        return row_of(values, self.columns, "")


def json_parts(
    source: Source, columns: tuple[Column, ...], partition: dict[str, str | None]
) -> list[JsonPart]:
    """How to read `source`, from its first lines; nothing when there are none.

    Raises UsageError when they cannot be used.
    """
    lines = [line for line in first_lines(source, _FIRST_LINES) if not line.isspace()]
    if not lines:
        return []
    names: dict[str, None] = {}
    read, said = 0, ""
    for line in lines:
        try:
            names |= dict.fromkeys(name for name, _ in _pairs(line))
            read += 1
        except (ValueError, RecursionError) as error:
            said = _said(error)
    if lines[0].lstrip().startswith(b"["):
        raise UsageError(
            f"The input {source.path} is one JSON array, and JSON lines are read; write one "
            "object on each line."
        )
    if not read:
        raise UsageError(
            f"The input {source.path} is not JSON lines ({said}); write one object on each line."
        )
    spellings = {plain(name): name for name in names}  # one line may write User, another user
    origins = find_columns(columns, list(spellings.values()), partition, source.path)
    return [JsonPart(source.path, source.codec, source.size, columns, origins)]


def _pairs(line: bytes) -> list[tuple[str, Any]]:
    """The object's names and values, unchanged; raises ValueError when it is not an object."""
    found = json.loads(line.decode("utf-8"), object_pairs_hook=_Object, parse_float=Decimal)
    if not isinstance(found, _Object):
        raise ValueError(f"it is a {type(found).__name__}")
    return found


class _Object(list[tuple[str, Any]]):
    """An object's pairs; a list of its own kind, as an array is not an object."""


def _value(pairs: Sequence[tuple[str, Any]], name: str) -> object:
    wanted = plain(name)
    values = [value for key, value in pairs if key == name or plain(key) == wanted]
    if len(values) > 1:
        raise ValueError(f"{name!r} is there {len(values)} times")
    value = values[0] if values else None
    return dict(value) if isinstance(value, _Object) else value


def _said(error: Exception) -> str:
    if isinstance(error, UnicodeDecodeError):
        return "it is not UTF-8 text"
    return " ".join(str(error).split())[:200]
