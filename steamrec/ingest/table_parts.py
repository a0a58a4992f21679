"""The formats of external tables, and the parts of a table to read."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from typing import TYPE_CHECKING, Protocol

from steamrec.errors import UsageError
from steamrec.ingest.columns import Column, partition_values
from steamrec.ingest.csv_rows import csv_parts
from steamrec.ingest.input_errors import DamagedFileError
from steamrec.ingest.json_rows import json_parts
from steamrec.ingest.locations import open_input
from steamrec.ingest.parquet_rows import parquet_parts
from steamrec.ingest.row_batches import RowLimits
from steamrec.ingest.sources import CODECS, PARQUET, Source, find_sources, fingerprints

if TYPE_CHECKING:
    import pyarrow as pa

CSV_ENDINGS = (".csv", ".tsv", ".txt", ".dat", ".inter", ".tab", ".psv")
JSON_ENDINGS = (".json", ".jsonl", ".ndjson")
_PARQUET_ENDINGS = (".parquet", ".parq", ".pq")
# Headers and footers that are read at the same time: a remote store takes its time for each.
_THREADS = 16


class Part(Protocol):
    """What one task reads of a table: a file, or a row group of one."""

    @property
    def path(self) -> str:
        """The file."""

    @property
    def weight(self) -> int:
        """Its size in bytes, about."""

    def batches(self, limits: RowLimits) -> "Iterator[pa.RecordBatch]":
        """Its rows, as row_batches.schema_of says."""


def find_table(path: str, setting: str, columns: tuple[Column, ...]) -> list[Part]:
    """The parts of the table at `path`, by name; each file's header or footer has been read.

    Raises UsageError, naming `setting` or the column's, when there is no such table or a file of
    it cannot be read.
    """
    sources = [source for source in find_sources(path, setting, tables=True) if source.size]
    try:
        with ThreadPoolExecutor(_THREADS) as pool:
            found = pool.map(lambda source: _parts(source, columns), sources)
            parts = [part for of_source in found for part in of_source]
    except UsageError as error:
        wanted = " and ".join(column.name for column in columns)
        raise UsageError(f"{setting} must be a table with {wanted}: {error}") from None
    if not parts:
        raise UsageError(f"The input {path} has no rows; set {setting} to a table with rows.")
    return parts


def table_fingerprints(path: str, setting: str, columns: tuple[Column, ...]) -> dict[str, str]:
    """Each file of the table at `path`, and a text that changes with its content.

    It is what a stage's `external` gives. Raises UsageError as find_table.
    """
    find_table(path, setting, columns)
    return fingerprints(find_sources(path, setting, tables=True), setting)


@lru_cache(10_000)  # a night asks for the same file several times
def _parts(source: Source, columns: tuple[Column, ...]) -> tuple[Part, ...]:
    partition = partition_values(source.relative)
    name = source.unpacked_name
    try:
        if name.endswith(_PARQUET_ENDINGS) or _is_parquet(source):
            return tuple(parquet_parts(source, columns, partition))
        if name.endswith(CSV_ENDINGS):
            return tuple(csv_parts(source, columns, partition))
        if name.endswith(JSON_ENDINGS):
            return tuple(json_parts(source, columns, partition))
    except DamagedFileError as error:
        raise UsageError(str(error)) from None
    raise UsageError(
        f"The input {source.path} is of no known format; Parquet, separated values "
        f"({', '.join(CSV_ENDINGS)}) and JSON lines ({', '.join(JSON_ENDINGS)}) are read, "
        f"plain or compressed ({', '.join(CODECS)}): rename it, or write it as one of them."
    )


def _is_parquet(source: Source) -> bool:
    with open_input(source.path) as raw:
        return raw.read(len(PARQUET)) == PARQUET
