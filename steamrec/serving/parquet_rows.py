"""A few rows of a Parquet table: only the columns asked for, of the row groups that can match.

`pyarrow.dataset` would do, but importing it imports pandas, which takes longer than the reading.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from steamrec.errors import RunError
from steamrec.workspace import Workspace

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq


@dataclass(frozen=True)
class AnyOf:
    """The rows whose `column` has one of `values`, which are all text or all integers."""

    column: str
    values: Sequence[str] | Sequence[int]


def damaged(name: str, what: str) -> RunError:
    """The error for a file of a published run; `what` is wrong with it."""
    return RunError(
        f"{name} is damaged ({what}); publish again with `steamrec export --fresh`, or go back "
        "with `steamrec rollback`."
    )


def read_parquet(
    files: Workspace,
    folder: str,
    names: Iterable[str],
    columns: list[str],
    where: AnyOf | None = None,
) -> "pa.Table":
    """The `columns` of the files `names` of a folder, of the rows that `where` chooses.

    Rows keep their order. Raises RunError when a file is damaged, gone or lacks a column.
    """
    import pyarrow as pa

    found = []
    for name in sorted(name for name in names if name.endswith(".parquet")):
        try:
            found += _read_file(files, f"{folder}/{name}", columns, where)
        except FileNotFoundError:
            raise damaged(files.path(f"{folder}/{name}"), "it is gone") from None
        except (pa.ArrowException, OSError) as error:
            why = (str(error).splitlines() or [type(error).__name__])[0]
            raise damaged(files.path(f"{folder}/{name}"), why) from None
    if not found:
        raise damaged(files.path(folder), "it has no Parquet file")
    try:
        return pa.concat_tables(found)
    except pa.ArrowException:
        raise damaged(files.path(folder), "its files have different columns") from None


def _read_file(
    files: Workspace, name: str, columns: list[str], where: AnyOf | None
) -> list["pa.Table"]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    source = pa.OSFile(files.path(name)) if files.local else files.open(name)
    with source as opened, pq.ParquetFile(opened) as file:
        wanted = [*columns, *([where.column] if where else [])]
        missing = [column for column in wanted if column not in file.schema_arrow.names]
        if missing:
            raise damaged(files.path(name), f"it has no column {missing[0]}")
        if where is None:
            return [file.read(columns, use_threads=False).select(columns)]
        empty = pa.Table.from_batches([], file.schema_arrow).select(columns)
        return [empty, *_matching(file, columns, where)]


def _matching(file: "pq.ParquetFile", columns: list[str], where: AnyOf) -> Iterator["pa.Table"]:
    """The rows of each row group with a match; the other columns are read only there."""
    import pyarrow.compute as pc

    values = _value_set(file.schema_arrow.field(where.column).type, where.values)
    for group in range(file.num_row_groups):
        if not _may_match(file, group, where):
            continue
        # One thread: Arrow's own may still hold a Python object when the interpreter ends.
        keys = file.read_row_group(group, [where.column], use_threads=False).column(0)
        chosen = pc.is_in(keys, value_set=values)
        if pc.any(chosen).as_py():
            rows = file.read_row_group(group, columns, use_threads=False)
            yield rows.select(columns).filter(chosen)


def _value_set(kind: "pa.DataType", values: Sequence[str] | Sequence[int]) -> "pa.Array":
    """The values as an Arrow array of this type; pa.array and pa.scalar would import pandas."""
    import numpy as np
    import pyarrow as pa

    if pa.types.is_integer(kind):
        numbers = np.asarray(values, np.dtype(str(kind)))
        return pa.Array.from_buffers(kind, len(numbers), [None, pa.py_buffer(numbers)])
    encoded = [str(value).encode("utf-8", "surrogatepass") for value in values]
    ends = np.cumsum([0, *map(len, encoded)], dtype=np.int32)
    data = [None, pa.py_buffer(ends), pa.py_buffer(b"".join(encoded))]
    return pa.Array.from_buffers(pa.string(), len(encoded), data)


def _may_match(file: "pq.ParquetFile", group: int, where: AnyOf) -> bool:
    """Whether a value lies between the least and the largest value of the row group."""
    about = file.metadata.row_group(group)
    for number in range(about.num_columns):
        column = about.column(number)
        if column.path_in_schema == where.column:
            known = column.statistics
            if known is None or not known.has_min_max:
                return True
            low, high = known.min, known.max
            return any(low <= value <= high for value in where.values)
    return True
