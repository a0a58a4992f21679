"""The genres of the owned and of the listed items."""

from typing import TYPE_CHECKING, Any

from steamrec.data import tables
from steamrec.data.tables import Table

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from steamrec.data.context import Context

ANY_GENRE = ""  # no genre is called so


def known_genres(context: "Context", published: dict[str, Any]) -> list[dict[str, Any]]:
    """genre, owned and listed: its fractions of the owned items and of the list rows.

    Items without known genres do not count. An item may have several genres, so the fractions add
    up to more than 1. Most owned genre first; empty for a night without item metadata.
    """
    from pyspark.sql import functions as F

    if not context.settings.input.items_path:
        return []
    metadata = context.read(tables.ITEM_METADATA).where(F.size("genres") > 0)
    lists = context.read(Table(published["path"], tables.EXPORT.columns)).groupBy("item_id")
    weights = (
        context.read(tables.ITEMS)
        .select("item_id", "owners")
        .join(lists.agg(F.count(F.lit(1)).alias("listed")), "item_id", "left")
    )
    shares = _shares(weights, metadata)
    genres = sorted(shares, key=lambda name: (-shares[name][0], name))
    return [{"genre": name, "owned": shares[name][0], "listed": shares[name][1]} for name in genres]


def _shares(weights: "DataFrame", metadata: "DataFrame") -> dict[str, tuple[float, float]]:
    """Each genre's shares of the owners and of the positions in lists, of the items with metadata.

    `weights` has the columns item_id, owners and listed (null for an item in no list).
    """
    from pyspark.sql import functions as F

    genres = F.explode(F.concat(F.array(F.lit(ANY_GENRE)), "genres")).alias("genre")
    rows = weights.join(metadata, "item_id").select(genres, "owners", "listed").groupBy("genre")
    sums = {
        row["genre"]: (row["owners"] or 0, row["listed"] or 0)
        for row in rows.agg(
            F.sum("owners").alias("owners"), F.sum("listed").alias("listed")
        ).collect()
    }
    owned, listed = sums.pop(ANY_GENRE, (0, 0))
    return {
        genre: (of_owned / owned if owned else 0.0, of_listed / listed if listed else 0.0)
        for genre, (of_owned, of_listed) in sums.items()
    }
