"""Lists as CSV (RFC 4180), which reads back to the same rows.

Text is always quoted and numbers never, so blanks, quotes, line ends and NUL stay as they are.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from steamrec.workspace import Workspace

if TYPE_CHECKING:
    import pyarrow as pa

# What spreadsheets take for the start of a formula; the last four are full-width.
FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
CONTROL = ("\t", "\r", "\n")
WRITTEN = "file string"


def csv_text(header: Sequence[str], rows: Iterable[Sequence[Any]], neutralize: bool) -> str:
    """A CSV file of `rows`, whose text is neutralised with `neutralize`."""
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerow(header)
    writer = csv.writer(text, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n")
    writer.writerows([neutral(v) for v in row] if neutralize else row for row in rows)
    return text.getvalue()


def neutral(value: Any) -> Any:
    """Text with an apostrophe before what a spreadsheet would run; other values as they are."""
    if isinstance(value, str) and (value.startswith(CONTROL) or value.lstrip().startswith(FORMULA)):
        return f"'{value}"
    return value


def write_csv_parts(
    batches: "Iterator[pa.RecordBatch]", root: str, folder: str, neutralize: bool
) -> "Iterator[pa.RecordBatch]":
    """Write this task's rows as one file of `folder` in the workspace; yields its name.

    A task that is tried again replaces its file.
    """
    import numpy as np
    import pyarrow as pa
    from pyspark import TaskContext

    task = TaskContext.get()
    assert task is not None
    header: list[str] = []
    rows: list[tuple[Any, ...]] = []
    for batch in batches:
        header = batch.schema.names
        columns = batch.to_pydict()
        # As float32: the shortest text that reads back to the same score.
        columns["score"] = [np.float32(value) for value in columns["score"]]
        rows.extend(zip(*columns.values(), strict=True))
    if rows:
        name = f"{folder}/part-{task.partitionId():05d}.csv"
        text = csv_text(header, rows, neutralize)
        Workspace(root).write_bytes(name, text.encode())
        yield pa.RecordBatch.from_pydict({"file": [name]})
