"""One user's library: the shape that a line must have.

The rules, for other readers of a line:

- The line is a dict with at least the keys of Library; `items` is a list (no tuple) of dicts
  with at least the keys of Item. Other keys are left out. If a key occurs twice, the last
  value counts, as in Python.
- Strings are str, numbers are int: no bytes, no bool, no None, no float, no digits in quotes.
- `items_count` fits in 32 bits and the playtimes in 64, signed.
- A string has no lone surrogate, which UTF-8 cannot store.
- An `items_count` that is not the number of items is kept unchanged.
"""

from typing import Any, NamedTuple

from steamrec.ingest.parsing.limits import Limits
from steamrec.ingest.parsing.literal import Unreadable, kind_of, parse_dict


class Item(NamedTuple):
    """One owned item; the playtimes are minutes."""

    item_id: str
    item_name: str
    playtime_forever: int
    playtime_2weeks: int


class Library(NamedTuple):
    """One line of the raw file."""

    user_id: str
    items_count: int
    steam_id: str
    user_url: str
    items: list[Item]


def read_library(line: bytes, limits: Limits) -> Library:
    """The library in `line` (without its line feed); raises Unreadable."""
    return to_library(parse_dict(line, limits))


def to_library(value: dict[Any, Any]) -> Library:
    """The library in a parsed line; raises Unreadable when the shape is wrong."""
    items = _get(value, "items", "the library")
    if type(items) is not list:
        raise Unreadable(f"items is {kind_of(items)}, not a list")
    return Library(
        _string(value, "user_id", "the library"),
        _integer(value, "items_count", "the library", 32),
        _string(value, "steam_id", "the library"),
        _string(value, "user_url", "the library"),
        [_item(item) for item in items],
    )


def _item(value: Any) -> Item:
    if type(value) is not dict:
        raise Unreadable(f"an item is {kind_of(value)}, not a dict")
    return Item(
        _string(value, "item_id", "an item"),
        _string(value, "item_name", "an item"),
        _integer(value, "playtime_forever", "an item", 64),
        _integer(value, "playtime_2weeks", "an item", 64),
    )


def _get(value: dict[Any, Any], key: str, owner: str) -> Any:
    try:
        return value[key]
    except KeyError:
        raise Unreadable(f"{owner} has no {key}") from None


def as_text(found: Any, key: str) -> str:
    """The value of `key`, which must be a str that UTF-8 can store; raises Unreadable."""
    if type(found) is not str:
        raise Unreadable(f"{key} is {kind_of(found)}, not a string")
    try:
        found.encode("utf-8")
    except UnicodeEncodeError:
        raise Unreadable(f"{key} holds a lone surrogate, which UTF-8 cannot store") from None
    return found


def _string(value: dict[Any, Any], key: str, owner: str) -> str:
    return as_text(_get(value, key, owner), key)


def _integer(value: dict[Any, Any], key: str, owner: str, bits: int) -> int:
    found = _get(value, key, owner)
    if type(found) is not int:
        raise Unreadable(f"{key} is {kind_of(found)}, not an integer")
    if not -(2 ** (bits - 1)) <= found < 2 ** (bits - 1):
        raise Unreadable(f"{key} does not fit in {bits} bits")
    return found
