"""A few users for the report: what they own and what was published for them."""

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from steamrec.data import tables

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from steamrec.data.context import Context

OWNED_SHOWN = 12


def shown_users(context: "Context", published: dict[str, Any]) -> list[dict[str, Any]]:
    """At most report.users users, from small libraries to large: user_id, items, owned, list.

    The first is one without a model where there is one. Which ones is a function of the tables.
    """
    wanted = context.settings.report.users
    if not wanted:
        return []
    people = _cold(context)
    people += _known(context, wanted - len(people))
    lists = _lists(
        context, context.spark.read.parquet(context.workspace.spark_uri(published["path"])), people
    )
    return [person | {"list": lists[person["user_id"]]} for person in people]


def _cold(context: "Context") -> list[dict[str, Any]]:
    """The user without a model that owns most, if there is any."""
    from pyspark.sql import functions as F

    rows = context.read(tables.COLD_USERS).orderBy(F.desc(F.size("items")), "user_id").take(1)
    items = context.read(tables.ITEMS)
    people = []
    for row in rows:
        owned = items.where(F.col("item").isin(row["items"])).orderBy(F.desc("owners"), "item")
        names = [item["item_name"] for item in owned.take(OWNED_SHOWN)]
        people.append({"user_id": row["user_id"], "items": len(row["items"]), "owned": names})
    return people


def _known(context: "Context", count: int) -> list[dict[str, Any]]:
    """Users with a model, evenly spread over the order of library sizes."""
    from pyspark.sql import functions as F

    if count < 1:
        return []
    users = context.read(tables.USERS)
    shares = [(2 * index + 1) / (2 * count) for index in range(count)]
    # percentile_approx gives sizes that are there; this accuracy makes it exact for most files.
    sizes = users.agg(F.percentile_approx("items", shares, 100_000)).first()
    assert sizes is not None
    chosen = (
        users.where(F.col("items").isin(sizes[0] or []))
        .groupBy("items")
        .agg(F.min("user").alias("user"), F.min_by("user_id", "user").alias("user_id"))
        .orderBy("items")
        .collect()
    )
    names = _most_played(context, [row["user"] for row in chosen])
    return [
        {"user_id": row["user_id"], "items": row["items"], "owned": names[row["user"]]}
        for row in chosen
    ]


def _most_played(context: "Context", users: list[int]) -> dict[int, list[str]]:
    """The names of each user's most played items."""
    from pyspark.sql import Window
    from pyspark.sql import functions as F

    order = Window.partitionBy("user").orderBy(F.desc("playtime_forever"), "item")
    rows = (
        context.read(tables.INTERACTIONS)
        .where(F.col("user").isin(users))
        .withColumn("place", F.row_number().over(order))
        .where(F.col("place") <= OWNED_SHOWN)
        .join(context.read(tables.ITEMS).select("item", "item_name"), "item")
        .orderBy("user", "place")
        .collect()
    )
    names: dict[int, list[str]] = defaultdict(list)
    for row in rows:
        names[row["user"]].append(row["item_name"])
    return names


def _lists(
    context: "Context", lists: "DataFrame", people: list[dict[str, Any]]
) -> dict[str, list[dict[str, Any]]]:
    """The published lists by user_id: rank, item_id, item_name, score, source, about (a text)."""
    from pyspark.sql import functions as F

    columns = ["user_id", "rank", "item_id", "item_name", "score", "source"]
    wanted = F.col("user_id").isin([person["user_id"] for person in people])
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    rows = lists.where(wanted).select(*columns).orderBy("user_id", "rank").collect()
    about = _about(context, {row["item_id"] for row in rows})
    for row in rows:
        found[row["user_id"]].append(row.asDict() | {"about": about.get(row["item_id"], "")})
    return found


def _about(context: "Context", item_ids: set[str]) -> dict[str, str]:
    """Price and genres by item_id, where they are known."""
    from pyspark.sql import functions as F

    from steamrec.serving.item_metadata import genre_words, price_words

    if not context.settings.input.items_path:
        return {}
    facts = context.read(tables.ITEM_FACTS).where(F.col("item_id").isin(list(item_ids)))
    return {
        row["item_id"]: " · ".join(
            filter(None, (price_words(row["price"]), genre_words(row["genres"])))
        )
        for row in facts.collect()
    }
