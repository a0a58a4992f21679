"""What is known of items beside their names, and how it is written for people."""

from collections.abc import Sequence
from typing import Any

from steamrec.data.tables import ITEM_METADATA
from steamrec.serving.parquet_rows import AnyOf
from steamrec.serving.serving_set import ServingSet

GENRES_SHOWN = 3


def known_facts(served: ServingSet, item_ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    """genres and price by item_id, of those items that have metadata in the published run."""
    if not item_ids or not served.has(ITEM_METADATA):
        return {}
    rows = served.rows(ITEM_METADATA, ["item_id", "genres", "price"], AnyOf("item_id", item_ids))
    return {row["item_id"]: row for row in rows}


def price_words(price: float | None) -> str:
    """A price for people (the shop's are in US dollars); empty when it is not known."""
    if price is None:
        return ""
    return f"${price:,.2f}" if price else "free"


def genre_words(genres: Sequence[str] | None) -> str:
    """The first few genres in one line."""
    return ", ".join((genres or ())[:GENRES_SHOWN])
