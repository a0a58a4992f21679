"""What is known of items beside their names, and how it is written for people."""

import json
from collections.abc import Sequence
from typing import Any

from steamrec.data.tables import ITEM_FACTS
from steamrec.errors import UsageError
from steamrec.settings.publishing import FILTERS, ExportSettings
from steamrec.workspace import Workspace
from steamrec.workspace.receipts import load_receipt

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


def left_out_ids(workspace: Workspace) -> set[str]:
    """The item_ids that the settings of the last exported night keep out of every list.

    Raises UsageError when they cannot be told, as the facts about the items are gone.
    """
    import pyarrow.parquet as pq

    from steamrec.publish.filters import left_out

    receipt = load_receipt(workspace, "export")
    used = receipt.basis.settings if receipt else {}
    given = {name: used[f"export.{name}"] for name in FILTERS if f"export.{name}" in used}
    settings = ExportSettings.model_validate_json(json.dumps(given))
    if not settings.filters:
        return set()
    if not workspace.has_table(ITEM_FACTS.name):
        names = " and ".join(f"export.{name}" for name in settings.filters)
        raise UsageError(
            f"The workspace {workspace.root} was exported with {names}, but its table "
            f"'{ITEM_FACTS.name}' is not whole; run `steamrec nightly` again."
        )
    columns = ["item_id", "genres", "tags", "price"]
    rows = pq.read_table(workspace.path(ITEM_FACTS.name), columns=columns).to_pylist()
    return {
        row["item_id"]
        for row in rows
        if left_out(row["genres"] + row["tags"], row["price"], settings)
    }


def price_words(price: float | None) -> str:
    """A price for people (the shop's are in US dollars); empty when it is not known."""
    if price is None:
        return ""
    return f"${price:,.2f}" if price else "free"


def genre_words(genres: Sequence[str] | None) -> str:
    """The first few genres in one line."""
    return ", ".join((genres or ())[:GENRES_SHOWN])
