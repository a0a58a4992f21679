"""A user's library from a literal: the shape it must have.

Keys beyond the five (and beyond an item's four) are ignored; of a key that stands twice Python
keeps the last. `items_count` is kept as it stands, also where the list disagrees with it.
"""

from typing import Any

from steamrec.literal.read import UnreadableError, read_literal

INT = range(-(2**31), 2**31)
LONG = range(-(2**63), 2**63)

Item = tuple[str, str, int, int]
Library = tuple[str, int, str, str, list[Item]]


def read_library(line: bytes) -> Library:
    """(user_id, items_count, steam_id, user_url, [(item_id, item_name, forever, 2weeks), ...]).

    Raises UnreadableError when the line is no literal or the literal is no library.
    """
    value = read_literal(line)
    if type(value) is not dict:
        raise UnreadableError(f"a {type(value).__name__} where a dict should stand")
    user_id = _text(value, "user_id")
    count = _number(value, "items_count", INT)
    steam_id, url = _text(value, "steam_id"), _text(value, "user_url")
    items = _field(value, "items")
    if type(items) is not list:
        raise UnreadableError(f"items is a {type(items).__name__}, not a list")
    return user_id, count, steam_id, url, [_item(item) for item in items]


def _item(value: Any) -> Item:
    if type(value) is not dict:
        raise UnreadableError(f"an item is a {type(value).__name__}, not a dict")
    return (
        _text(value, "item_id"),
        _text(value, "item_name"),
        _number(value, "playtime_forever", LONG),
        _number(value, "playtime_2weeks", LONG),
    )


def _field(value: dict[Any, Any], key: str) -> Any:
    if key not in value:
        raise UnreadableError(f"{key} is missing")
    return value[key]


def _text(value: dict[Any, Any], key: str) -> str:
    text = _field(value, key)
    if type(text) is not str:
        raise UnreadableError(f"{key} is a {type(text).__name__}, not a string")
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise UnreadableError(f"{key} holds half of a surrogate pair") from None
    return text


def _number(value: dict[Any, Any], key: str, allowed: range) -> int:
    number = _field(value, key)
    if type(number) is not int:
        raise UnreadableError(f"{key} is a {type(number).__name__}, not a whole number")
    if number not in allowed:
        raise UnreadableError(f"{key} does not fit {64 if allowed is LONG else 32} bits")
    return number
