"""Which items the settings of [export] leave out of every list."""

import difflib
from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np

from steamrec.data import tables
from steamrec.data.user_batches import IntArray
from steamrec.errors import UsageError
from steamrec.settings.publishing import ExportSettings

if TYPE_CHECKING:
    from steamrec.data.context import Context

SUGGESTED = 6


def folded(tag: str) -> str:
    """What two spellings of one tag have in common."""
    return tag.strip().casefold()


def left_out(labels: Iterable[str], price: float | None, settings: ExportSettings) -> bool:
    """Whether an item with these tags and genres, and this price, is to stand in no list.

    A price that is not known is neither too high nor too low.
    """
    if {folded(tag) for tag in settings.exclude_tags} & {folded(label) for label in labels}:
        return True
    if price is None:
        return False
    low, high = settings.min_price, settings.max_price
    return (low is not None and price < low) or (high is not None and price > high)


def excluded_items(context: "Context") -> IntArray:
    """int32, ascending: the items of the catalogue that no list may hold.

    Raises UsageError for a tag that no item has, and when no item would be left.
    """
    settings = context.settings.export
    check_tags(context)
    items = context.read(tables.ITEMS).select("item", "item_id")
    facts = context.read(tables.ITEM_METADATA).selectExpr(
        "item_id", "concat(genres, tags) AS labels", "price"
    )
    known = items.join(facts, "item_id").select("item", "labels", "price").collect()
    numbers = [row["item"] for row in known if left_out(row["labels"], row["price"], settings)]
    if len(numbers) == items.count():
        names = " and ".join(f"export.{name}" for name in settings.filters)
        raise UsageError(f"{names} would leave out every item of the catalogue; allow some.")
    return np.sort(np.array(numbers, np.int32))


def check_tags(context: "Context") -> None:
    """Raise UsageError when export.exclude_tags has one that no item of the file has."""
    wanted = context.settings.export.exclude_tags
    if not wanted:
        return
    rows = (
        context.read(tables.ITEM_METADATA)
        .selectExpr("explode(concat(genres, tags)) AS label")
        .groupBy("label")
        .count()
        .orderBy("count", "label")
        .collect()
    )
    # Of several spellings the commonest one is named.
    spelling = {folded(row["label"]): row["label"] for row in rows}
    for tag in wanted:
        if folded(tag) in spelling:
            continue
        close = difflib.get_close_matches(folded(tag), spelling, SUGGESTED, cutoff=0.5)
        named = close or list(spelling)[: -SUGGESTED - 1 : -1]
        names = ", ".join(repr(spelling[name]) for name in named)
        raise UsageError(
            f"export.exclude_tags has {tag!r}, which is no tag or genre of any item; the "
            f"{'closest' if close else 'commonest'}: {names}."
        )
