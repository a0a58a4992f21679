"""The raw format: one Python literal per line, read exactly."""

from steamrec.ingest.parsing.item_metadata import ItemMetadata, read_item_metadata
from steamrec.ingest.parsing.library import Item, Library, read_library
from steamrec.ingest.parsing.limits import Limits
from steamrec.ingest.parsing.literal import Unreadable, parse_dict, parse_literal

__all__ = [
    "Item",
    "ItemMetadata",
    "Library",
    "Limits",
    "Unreadable",
    "parse_dict",
    "parse_literal",
    "read_item_metadata",
    "read_library",
]
