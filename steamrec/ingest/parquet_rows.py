"""Rows of Parquet files: only the wanted columns are read, a batch at a time."""

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from steamrec.errors import UsageError
from steamrec.ingest.arrow_ids import plain_values, refused_type, texts_of
from steamrec.ingest.columns import Column, ColumnOrigin, find_columns
from steamrec.ingest.input_errors import DamagedFileError, damaged
from steamrec.ingest.locations import open_input
from steamrec.ingest.row_batches import BATCH_ROWS, RowLimits, schema_of, shown_text
from steamrec.ingest.sources import Source

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class ParquetPart:
    """One row group of a Parquet file; `names` are its columns' own, None for one in the path."""

    path: str
    weight: int
    columns: tuple[Column, ...]
    origins: tuple[ColumnOrigin, ...]
    names: tuple[str | None, ...]
    row_group: int
    rows: int

    def batches(self, limits: RowLimits) -> "Iterator[pa.RecordBatch]":
        """The rows, in the file's order; raises DamagedFileError."""
        wanted = [name for name in self.names if name is not None]
        with _opened(self.path) as file:
            if not wanted:
                for first in range(0, self.rows, BATCH_ROWS):
                    yield self._ids(None, min(BATCH_ROWS, self.rows - first), limits)
                return
            for batch in file.iter_batches(
                BATCH_ROWS, row_groups=[self.row_group], columns=wanted, use_threads=False
            ):
                yield self._ids(batch, batch.num_rows, limits)

    def _ids(self, batch: Any, rows: int, limits: RowLimits) -> "pa.RecordBatch":
        import pyarrow as pa
        import pyarrow.compute as pc

        values = [
            pa.array([origin.value] * rows, pa.string())
            if name is None
            else batch.column(batch.schema.get_field_index(name))
            for origin, name in zip(self.origins, self.names, strict=True)
        ]
        ids = [texts_of(each, column) for each, column in zip(values, self.columns, strict=True)]
        reasons = pc.coalesce(*(each.reasons for each in ids))
        bad = reasons.is_valid()
        lines: list[str | None] = [None] * rows
        for row in pc.indices_nonzero(bad).to_pylist():
            lines[row] = _shown(values, row, limits)
        arrays = [*(each.texts for each in ids), reasons, pa.array(lines, pa.string())]
        return pa.RecordBatch.from_arrays(arrays, schema=schema_of(self.columns))


def parquet_parts(
    source: Source, columns: tuple[Column, ...], partition: dict[str, str | None]
) -> list[ParquetPart]:
    """The row groups of `source`. Raises UsageError when its footer cannot be used."""
    try:
        with _opened(source.path) as file:
            schema, metadata = file.schema_arrow, file.metadata
    except DamagedFileError as error:
        raise UsageError(str(error)) from None
    origins = find_columns(columns, schema.names, partition, source.path)
    for column, origin in zip(columns, origins, strict=True):
        if origin.position is not None:
            _check_type(schema.field(origin.position).type, column, source.path)
    names = tuple(
        None if origin.position is None else schema.names[origin.position] for origin in origins
    )
    groups = [metadata.row_group(number) for number in range(metadata.num_row_groups)]
    return [
        ParquetPart(
            source.path, group.total_byte_size, columns, origins, names, number, group.num_rows
        )
        for number, group in enumerate(groups)
    ]


def _check_type(kind: "pa.DataType", column: Column, path: str) -> None:
    import pyarrow.types as t

    refused = refused_type(kind, column.many)
    if refused:
        wanted = "lists of ids" if column.many else "ids"
        raise UsageError(
            f"The column {column.name!r} of the input {path} is {refused}; write {wanted} as "
            f"whole numbers or text, or name another column in {column.setting}."
        )
    if t.is_floating(kind):
        log.warning(
            "the column %r of %s is %s, which holds whole numbers up to 2**%d only; write larger "
            "ids as integers",
            *(column.name, path, kind, {16: 11, 32: 24}.get(kind.bit_width, 53)),
        )


@contextmanager
def _opened(path: str) -> "Iterator[pq.ParquetFile]":
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with open_input(path) as raw:
            yield pq.ParquetFile(raw)
    except (OSError, EOFError, pa.ArrowException) as error:
        raise damaged(path, error) from error


def _shown(values: "list[pa.Array]", row: int, limits: RowLimits) -> str:
    try:
        cells = [plain_values(each.slice(row, 1))[0].as_py() for each in values]
    except UnicodeDecodeError:  # in a list
        return "(not UTF-8 text)"
    texts = [
        cell.decode("utf-8", "backslashreplace") if isinstance(cell, bytes) else cell
        for cell in cells
    ]
    return shown_text(json.dumps(texts, ensure_ascii=False, default=str), limits)
