"""The lines of the raw file: one user's library each."""

from typing import Any

from steamrec.data.tables import LIBRARIES, LINE_LOCATION
from steamrec.ingest.grammar import are_trusted
from steamrec.ingest.line_records import LineFormat
from steamrec.ingest.parsing import Limits, read_library

COLUMNS = {name: kind for name, kind in LIBRARIES.columns.items() if name not in LINE_LOCATION}


def read(line: bytes, limits: Limits) -> dict[str, Any]:
    """The library in `line` by COLUMNS; raises Unreadable."""
    library = read_library(line, limits)
    return library._asdict() | {"items": [item._asdict() for item in library.items]}


LIBRARY_LINES = LineFormat(COLUMNS, read, are_trusted)
