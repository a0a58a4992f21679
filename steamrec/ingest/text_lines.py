"""The lines of a text file, one at a time, from a file of any size."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import NamedTuple

from steamrec.ingest.input_splits import Share
from steamrec.ingest.sources import Source
from steamrec.ingest.streams import read_chunks

_MARK = b"\xef\xbb\xbf"
# More than any header has.
_LONGEST_HEADER = 2**20


class Line(NamedTuple):
    """A line's bytes with its line feed, and how many were left out at its end."""

    data: bytes
    missing: int = 0


def read_text_lines(path: str, codec: str | None, longest: int) -> Iterator[Line]:
    """The lines of the file at `path`; only the start of lines over `longest` bytes.

    A byte order mark at the start is left out. Raises DamagedFileError.
    """
    start = True
    for chunk in read_chunks(Share(path, codec), longest):
        parts = chunk.data.split(b"\n")
        last = parts.pop()
        lines = [Line(part + b"\n") for part in parts]
        if last:
            lines.append(Line(last, chunk.missing))
        if start and lines:
            lines[0] = Line(lines[0].data.removeprefix(_MARK), lines[0].missing)
            start = False
        yield from lines


def first_lines(source: Source, count: int) -> list[bytes]:
    """The first lines of `source`; fewer where it ends. Raises DamagedFileError."""
    lines: Iterable[Line] = read_text_lines(source.path, source.codec, _LONGEST_HEADER)
    return [line.data for line in islice(lines, count)]
