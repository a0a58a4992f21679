"""The raw format: one Python literal a line, read exactly."""

from steamrec.literal.facts import Facts, read_facts
from steamrec.literal.library import Item, Library, read_library
from steamrec.literal.limits import Limits
from steamrec.literal.parse import Unreadable, parse_dict, parse_literal

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
