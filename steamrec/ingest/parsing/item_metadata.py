"""The metadata of one item: the shape that a line of the items' file must have.

The line is a dict; every key may be missing or None. Texts are str, `genres` and `tags` are
lists of str, `price` is a number or words (price.py). Other keys are left out.
"""

import html
from typing import Any, NamedTuple

from steamrec.ingest.parsing.library import as_text
from steamrec.ingest.parsing.limits import Limits
from steamrec.ingest.parsing.literal import Unreadable, kind_of, parse_dict
from steamrec.ingest.parsing.price import price_of


class ItemMetadata(NamedTuple):
    """One item's metadata. Genres and tags occur once each, in the order of the line."""

    item_id: str | None
    genres: list[str]
    tags: list[str]
    price: float | None
    release_date: str | None
    publisher: str | None
    developer: str | None


def read_item_metadata(line: bytes, limits: Limits) -> ItemMetadata:
    """The metadata in `line` (without its line feed); raises Unreadable.

    An item_id of None or "" means that the line does not name its item.
    """
    value = parse_dict(line, limits)
    return ItemMetadata(
        _text(value, "id"),
        _labels(value, "genres"),
        _labels(value, "tags"),
        price_of(value.get("price")),
        _text(value, "release_date"),
        _text(value, "publisher"),
        _text(value, "developer"),
    )


def _text(value: dict[Any, Any], key: str) -> str | None:
    found = value.get(key)
    return None if found is None else as_text(found, key)


def _labels(value: dict[Any, Any], key: str) -> list[str]:
    found = value.get(key)
    if found is None:
        return []
    if type(found) is not list:
        raise Unreadable(f"{key} is {kind_of(found)}, not a list")
    # The shop writes "Design &amp; Illustration" among its genres and "&" among its tags.
    labels = [html.unescape(as_text(label, f"one of {key}")).strip() for label in found]
    return [label for label in dict.fromkeys(labels) if label]
