"""What the facts about items say of the night, genre by genre."""

from typing import TYPE_CHECKING, Any

from steamrec.data import tables

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from steamrec.data.context import Context

ALL = ""  # no genre is called so


def told_genres(context: "Context", published: dict[str, Any]) -> list[dict[str, Any]]:
    """genre, owned and listed: its shares of the games owned and of the places in lists.

    A share is of those games or places whose genres are known. A game may have several, so the
    shares add up to more than 1. Most owned genre first; empty for a night without facts.
    """
    from pyspark.sql import functions as F

    if not context.settings.input.items_path:
        return []
    facts = context.read(tables.ITEM_FACTS).where(F.size("genres") > 0)
    items = context.read(tables.ITEMS).select("item_id", F.col("owners").alias("weight"))
    lists = context.spark.read.parquet(context.workspace.spark_uri(published["path"]))
    owned = _shares(items, facts)
    listed = _shares(lists.groupBy("item_id").agg(F.count(F.lit(1)).alias("weight")), facts)
    genres = sorted(owned.keys() | listed.keys(), key=lambda name: (-owned.get(name, 0), name))
    return [
        {"genre": name, "owned": owned.get(name, 0.0), "listed": listed.get(name, 0.0)}
        for name in genres
    ]


def _shares(weights: "DataFrame", facts: "DataFrame") -> dict[str, float]:
    """Each genre's share of the weight (columns item_id, weight) of the items with facts."""
    from pyspark.sql import functions as F

    genres = F.explode(F.concat(F.array(F.lit(ALL)), "genres")).alias("genre")
    rows = weights.join(facts, "item_id").select(genres, "weight").groupBy("genre")
    sums = {row[0]: row[1] for row in rows.agg(F.sum("weight")).collect()}
    total = sums.pop(ALL, 0)
    return {genre: weight / total for genre, weight in sums.items()} if total else {}
