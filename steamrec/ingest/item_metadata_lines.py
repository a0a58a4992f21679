"""The lines of the items' file, all read by Python: the file is small."""

from typing import Any

from steamrec.data.tables import ITEM_METADATA
from steamrec.ingest.line_records import LineFormat
from steamrec.ingest.parsing import Limits, read_item_metadata


def read(line: bytes, limits: Limits) -> dict[str, Any]:
    """The item metadata in `line`, as ITEM_METADATA; raises Unreadable."""
    return read_item_metadata(line, limits)._asdict()


ITEM_LINES = LineFormat(ITEM_METADATA.columns, read)
