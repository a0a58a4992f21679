"""The genres of the owned and of the listed items."""

from typing import TYPE_CHECKING, Any

from steamrec.data import tables

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
    items = context.read(tables.ITEMS).select("item_id", F.col("owners").alias("weight"))
    lists = context.spark.read.parquet(context.workspace.path(published["path"])).groupBy("item_id")
    owned = _shares(items, metadata)
    listed = _shares(lists.agg(F.count(F.lit(1)).alias("weight")), metadata)
    genres = sorted(owned.keys() | listed.keys(), key=lambda name: (-owned.get(name, 0), name))
    return [
        {"genre": name, "owned": owned.get(name, 0.0), "listed": listed.get(name, 0.0)}
        for name in genres
    ]


def _shares(weights: "DataFrame", metadata: "DataFrame") -> dict[str, float]:
    """Each genre's fraction of the weight (columns item_id, weight) of items with metadata."""
    from pyspark.sql import functions as F

    genres = F.explode(F.concat(F.array(F.lit(ANY_GENRE)), "genres")).alias("genre")
    rows = weights.join(metadata, "item_id").select(genres, "weight").groupBy("genre")
    sums = {row[0]: row[1] for row in rows.agg(F.sum("weight")).collect()}
    total = sums.pop(ANY_GENRE, 0)
    return {genre: weight / total for genre, weight in sums.items()} if total else {}
