"""What Python itself reads from a line, spelt out as plainly as can be."""

import ast
import warnings
from typing import Any

TEXTS = ("user_id", "steam_id", "user_url")


def oracle(line: bytes) -> dict[str, Any] | None:
    """The library that ast.literal_eval gives, or None where there is none."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            value = ast.literal_eval(line.decode("utf-8"))
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return None
    try:
        library = {name: text(value[name]) for name in TEXTS}
        library["items_count"] = number(value["items_count"], 31)
        assert type(value["items"]) is list
        library["items"] = [
            {
                "item_id": text(item["item_id"]),
                "item_name": text(item["item_name"]),
                "playtime_forever": number(item["playtime_forever"], 63),
                "playtime_2weeks": number(item["playtime_2weeks"], 63),
            }
            for item in value["items"]
            if type(item) is dict or 1 / 0
        ]
    except (KeyError, TypeError, AssertionError, UnicodeEncodeError, ZeroDivisionError):
        return None
    return library


def text(value: Any) -> str:
    assert type(value) is str
    value.encode("utf-8")
    return value


def number(value: Any, bits: int) -> int:
    assert type(value) is int
    assert -(2**bits) <= value < 2**bits
    return value
