"""What is known of items beside their names, and how it is written for people."""

from collections.abc import Sequence
from typing import Any

from steamrec.tables import ITEM_FACTS
from steamrec.workspace import Workspace

GENRES_SHOWN = 3


def known_facts(workspace: Workspace, item_ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    """genres and price by item_id, of those items that the workspace has facts about."""
    import pyarrow.parquet as pq

    if not item_ids or not workspace.has_table(ITEM_FACTS.name):
        return {}
    columns = ["item_id", "genres", "price"]
    filters = [("item_id", "in", list(item_ids))]
    found = pq.read_table(workspace.path(ITEM_FACTS.name), columns=columns, filters=filters)
    return {row["item_id"]: row for row in found.to_pylist()}


def price_words(price: float | None) -> str:
    """A price for people (the shop's are in US dollars); empty when it is not known."""
    if price is None:
        return ""
    return f"${price:,.2f}" if price else "free"


def genre_words(genres: Sequence[str] | None) -> str:
    """The first few genres in one line."""
    return ", ".join((genres or ())[:GENRES_SHOWN])
