"""The raw format: one Python literal per line, read exactly."""

from steamrec.ingest.parsing.item_metadata import Facts, read_facts
from steamrec.ingest.parsing.library import Item, Library, read_library
from steamrec.ingest.parsing.limits import Limits
from steamrec.ingest.parsing.literal import Unreadable, parse_dict, parse_literal

__all__ = [
    "Facts",
    "Item",
    "Library",
    "Limits",
    "Unreadable",
    "parse_dict",
    "parse_literal",
    "read_facts",
    "read_library",
]
