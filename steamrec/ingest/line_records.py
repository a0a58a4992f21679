"""Lines into records: JSON that Spark's reader takes for what Python reads in the line."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from steamrec.ingest.chunks import Chunk
from steamrec.ingest.parsing import Limits, Unreadable
from steamrec.spark.worker import keep_archives

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pyarrow as pa

keep_archives()  # workers import this module

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"

# What every record has beside its location and the fields of the line.
STATE = {"in_python": "boolean", "reason": "string", "line": "string"}


@dataclass(frozen=True)
class LineFormat:
    """What the lines of a file hold.

    `columns` are Spark SQL's types of a line's fields; `read` gives the fields of a line (without
    its line feed) or raises Unreadable; `trusted` says which of many lines are, as they stand,
    JSON objects of those fields (None: of none that is known).
    """

    columns: dict[str, str]
    read: Callable[[bytes, Limits], dict[str, Any]]
    trusted: "Callable[[pa.LargeStringArray], npt.NDArray[np.bool_]] | None" = None


def records(
    chunk: Chunk, file: str, form: LineFormat, limits: Limits, max_shown: int
) -> Iterator[str]:
    """One JSON object for each line of `chunk`: `file`, `offset`, `in_python` and the fields.

    A line that cannot be read has, in place of the fields, the `reason` in words and the `line`,
    cut to `max_shown` characters; bytes that are not UTF-8 are written as \\xNN. A byte order mark
    at the start of a file is none of its first line's.
    """
    first, data = chunk.start, chunk.data
    if first == 0 and data.startswith(_BYTE_ORDER_MARK):
        first, data = len(_BYTE_ORDER_MARK), data[len(_BYTE_ORDER_MARK) :]
    starts, stops = _line_bounds(data)
    trusted = _trusted(data, starts, form)
    head = f'{{"file": {json.dumps(file)}, "offset": '
    for start, stop, direct in zip(starts[:-1].tolist(), stops.tolist(), trusted, strict=True):
        line = data[start:stop]
        length = len(line) + (chunk.missing if stop == len(data) else 0)
        unchanged = _as_text(line) if direct and length <= limits.line_bytes else None
        fields = unchanged or _rewritten(line, length, form, limits, max_shown)
        in_python = "false" if unchanged else "true"
        yield f'{head}{first + start}, "in_python": {in_python}, {fields[1:]}'


def _as_text(line: bytes) -> str | None:
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        return None


def _line_bounds(data: bytes) -> "tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]":
    """Where n lines start, with the end of `data` (n + 1), and where their bytes stop (n)."""
    import numpy as np

    feeds = np.flatnonzero(np.frombuffer(data, np.uint8) == ord("\n"))
    starts = np.concatenate([[0], feeds + 1])
    if starts[-1] == len(data):
        return starts, feeds
    return np.append(starts, len(data)), np.append(feeds, len(data))


def _trusted(data: bytes, starts: "npt.NDArray[np.int64]", form: LineFormat) -> list[bool]:
    import pyarrow as pa

    if form.trusted is None:
        return [False] * (len(starts) - 1)
    buffers = [None, pa.py_buffer(starts), pa.py_buffer(data)]
    lines = pa.Array.from_buffers(pa.large_string(), len(starts) - 1, buffers)
    trusted: list[bool] = form.trusted(lines).tolist()
    return trusted


def _rewritten(line: bytes, length: int, form: LineFormat, limits: Limits, max_shown: int) -> str:
    try:
        if length > limits.line_bytes:
            raise Unreadable(f"the line is longer than {limits.line_bytes} bytes")
        fields = form.read(line, limits)
    except Unreadable as error:
        shown = line[: 4 * max_shown].decode("utf-8", errors="backslashreplace")[:max_shown]
        fields = {"reason": str(error), "line": shown}
    return json.dumps(fields, ensure_ascii=False)
