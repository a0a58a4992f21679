"""The slow, obvious twin: what a raw line holds, by ast.literal_eval and plain checks."""

import ast
import warnings
from typing import Any

STRINGS = ("user_id", "steam_id", "user_url")
ITEM_STRINGS = ("item_id", "item_name")
ITEM_NUMBERS = ("playtime_forever", "playtime_2weeks")


def oracle(line: bytes) -> dict[str, Any] | None:
    """The library in `line` as the table shows it; None for a line that must be quarantined."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            value = ast.literal_eval(line.decode("utf-8"))
    except Exception:
        return None
    if not _fits(value, STRINGS, ("items_count",), 32) or type(value.get("items")) is not list:
        return None
    if not all(_fits(item, ITEM_STRINGS, ITEM_NUMBERS, 64) for item in value["items"]):
        return None
    library = {key: value[key] for key in (*STRINGS, "items_count")}
    keys = (*ITEM_STRINGS, *ITEM_NUMBERS)
    return library | {"items": [{key: item[key] for key in keys} for item in value["items"]]}


def _fits(value: Any, strings: tuple[str, ...], numbers: tuple[str, ...], bits: int) -> bool:
    if type(value) is not dict:
        return False
    if not all(type(value.get(key)) is str and _storable(value[key]) for key in strings):
        return False
    top = 2 ** (bits - 1)
    return all(type(value.get(key)) is int and -top <= value[key] < top for key in numbers)


def _storable(text: str) -> bool:
    return not any("\ud800" <= character <= "\udfff" for character in text)
