"""Rows of separated values, by RFC 4180: what a file's header says, and its records.

Quoting is the csv module's in its strict mode: a quote inside of a quoted field is doubled, a
field in quotes may hold separators and line feeds, and text after a closing quote is an error.
"""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from steamrec.errors import UsageError
from steamrec.ingest.columns import Column, ColumnOrigin, find_columns, plain
from steamrec.ingest.row_batches import Row, RowLimits, bad_row, row_of, shown_text, to_batches
from steamrec.ingest.sources import Source
from steamrec.ingest.text_lines import Line, first_lines, read_text_lines

if TYPE_CHECKING:
    import pyarrow as pa

_SEPARATORS = (",", "\t", ";", "|")
_FIRST_LINES = 100


@dataclass(frozen=True)
class CsvPart:
    """One file of separated values: its separator, its fields a row, and where the columns are."""

    path: str
    codec: str | None
    weight: int
    columns: tuple[Column, ...]
    origins: tuple[ColumnOrigin, ...]
    separator: str
    width: int

    def batches(self, limits: RowLimits) -> "Iterator[pa.RecordBatch]":
        """The rows under the header, in the file's order; raises DamagedFileError."""
        lines = _Lines(read_text_lines(self.path, self.codec, limits.row_bytes + 1), limits)
        yield from to_batches(self._rows(lines, limits), self.columns)

    def _rows(self, lines: "_Lines", limits: RowLimits) -> Iterator[Row]:
        records = _records(lines, self.separator)
        next((fields for fields, reason, _ in records if reason or not _is_blank(fields)), None)
        for fields, reason, raw in records:
            if reason is not None:
                # A quote that is never closed takes lines with it: each of them counts.
                for line in raw:
                    yield bad_row(reason, _shown(line, limits), self.columns)
                continue
            if _is_blank(fields):
                continue
            if len(fields) != self.width:
                reason = f"the row has {len(fields)} fields, and the header has {self.width}"
                yield bad_row(reason, _shown(b"".join(raw), limits), self.columns)
                continue
            values = [
                origin.value if origin.position is None else fields[origin.position]
                for origin in self.origins
            ]
            row = row_of(values, self.columns, "")
            yield row._replace(line=_shown(b"".join(raw), limits)) if row.reason else row


def csv_parts(
    source: Source, columns: tuple[Column, ...], partition: dict[str, str | None]
) -> list[CsvPart]:
    """How to read `source`, from its header; empty when there are no rows.

    Raises UsageError when the header cannot be used.
    """
    for column in columns:
        if column.many:
            raise UsageError(
                f"The input {source.path} is CSV, which has no lists, and its column "
                f"{column.name!r} must be lists of ids; write it as Parquet or JSON lines."
            )
    lines = [Line(line) for line in first_lines(source, _FIRST_LINES)]
    if all(line.data.isspace() for line in lines):
        return []
    _refuse_other_encodings(source.path, lines[0].data)
    headers = {separator: _first_records(lines, separator)[0] for separator in _SEPARATORS}
    separator = max(_SEPARATORS, key=lambda each: _score(headers[each], columns, each, source))
    names = headers[separator]
    if source.unpacked_name.endswith(".inter"):  # RecBole's user_id:token
        names = [name.split(":")[0] for name in names]
    if not names and b"\r" in lines[0].data.rstrip():
        raise UsageError(
            f"The input {source.path} ends its lines with carriage returns alone; write it with "
            "line feeds."
        )
    try:
        origins = find_columns(columns, names, partition, source.path)
    except UsageError as error:
        said = str(error).removesuffix(".")
        raise UsageError(f"{said}, by its first line, which must name them.") from None
    if len(lines) < _FIRST_LINES and len(_first_records(lines, separator)) < 2:
        return []
    width = len(names)
    return [CsvPart(source.path, source.codec, source.size, columns, origins, separator, width)]


def _first_records(lines: Sequence[Line], separator: str) -> list[list[str]]:
    """The header and what follows it; empty lists for anything that is not a record."""
    records = _records(_Lines(iter(lines), RowLimits()), separator)
    return [fields for fields, reason, _ in records if reason or not _is_blank(fields)]


def _is_blank(fields: Sequence[str]) -> bool:
    return len(fields) < 2 and not "".join(fields).strip()


def _score(
    names: Sequence[str], columns: Sequence[Column], separator: str, source: Source
) -> tuple[int, bool, int]:
    """How well a separator fits: wanted columns, then the ending's own, then most columns."""
    found = {plain(name.split(":")[0]) for name in names} & {plain(each.name) for each in columns}
    own = "," if source.unpacked_name.endswith(".csv") else "\t"
    return len(found), separator == own and len(names) > 1, len(names)


def _refuse_other_encodings(path: str, header: bytes) -> None:
    if header.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in header:
        what = "UTF-16 or binary data" if b"\0" in header else "UTF-16 text"
        raise UsageError(f"The input {path} is {what}, and UTF-8 text is read; save it as UTF-8.")


class _TooLongError(Exception):
    """A record that is longer than the limits allow."""


class _Lines:
    """Lines as the csv module takes them; keeps those of the record that it is reading."""

    def __init__(self, lines: Iterator[Line], limits: RowLimits) -> None:
        self._lines, self._limit = lines, limits.row_bytes
        self._record: list[bytes] = []
        self._bytes = 0

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line, missing = next(self._lines)
        self._record.append(line)
        self._bytes += len(line) + missing
        if self._bytes > self._limit:
            raise _TooLongError
        # Bytes that are not UTF-8 become lone surrogates, which no id may have.
        return line.decode("utf-8", "surrogateescape")

    def taken(self) -> list[bytes]:
        """The lines since the last call."""
        record, self._record, self._bytes = self._record, [], 0
        return record


def _records(lines: _Lines, separator: str) -> Iterator[tuple[list[str], str | None, list[bytes]]]:
    """The fields of each record, or the reason why it has none, and its lines."""
    csv.field_size_limit(2**31 - 1)  # _Lines has a limit of its own
    while True:
        reader = csv.reader(lines, delimiter=separator, strict=True)
        try:
            for fields in reader:
                yield fields, None, lines.taken()
            return
        except _TooLongError:
            yield [], "the row is too long, or a quote in it is never closed", lines.taken()
        except csv.Error as error:
            yield [], f"the row is not CSV ({error})", lines.taken()


def _shown(line: bytes, limits: RowLimits) -> str:
    text = line[: 4 * limits.shown].decode("utf-8", "backslashreplace")
    return shown_text(text.rstrip("\r\n"), limits)
