"""A few users for the report: what they own and what was published for them."""

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from steamrec.data import tables
from steamrec.data.tables import Table

if TYPE_CHECKING:
    import pandas as pd
    from pyspark.sql import DataFrame

    from steamrec.data.context import Context

OWNED_SHOWN = 12


def shown_users(context: "Context", published: dict[str, Any]) -> list[dict[str, Any]]:
    """At most report.users users, from small libraries to large: user_id, items, owned, list.

    The first is a cold user if there is one. The choice is a function of the tables.
    """
    wanted = context.settings.report.users
    if not wanted:
        return []
    columns = ("item", "item_name", "owners")
    items = context.read_local(tables.ITEMS, *columns).sort_values("item")
    samples = _cold(context, items)
    samples += _known(context, wanted - len(samples), items)
    lists = context.read(Table(published["path"], tables.EXPORT.columns))
    lists_of = _lists(context, lists, samples)
    return [sample | {"list": lists_of[sample["user_id"]]} for sample in samples]


def _cold(context: "Context", items: "pd.DataFrame") -> list[dict[str, Any]]:
    """The cold user with the most items, if there is one."""
    from pyspark.sql import functions as F

    rows = context.read(tables.COLD_USERS).orderBy(F.desc(F.size("items")), "user_id").take(1)
    samples = []
    for row in rows:
        owned = items[items["item"].isin(row["items"])]
        first = owned.sort_values("owners", ascending=False, kind="stable").head(OWNED_SHOWN)
        names = first["item_name"].tolist()
        samples.append({"user_id": row["user_id"], "items": len(row["items"]), "owned": names})
    return samples


def _known(context: "Context", count: int, items: "pd.DataFrame") -> list[dict[str, Any]]:
    """Known users at evenly spaced quantiles of library size."""
    from pyspark.sql import functions as F

    if count < 1:
        return []
    users = context.read(tables.USERS)
    shares = [(2 * index + 1) / (2 * count) for index in range(count)]
    # percentile_approx gives sizes that are there; this accuracy makes it exact for most files.
    sizes = users.agg(F.percentile_approx("items", shares, 100_000)).first()
    assert sizes is not None
    first_of_size = (
        users.where(F.col("items").isin(sizes[0] or []))
        .groupBy("items")
        .agg(F.min("user").alias("user"), F.min_by("user_id", "user").alias("user_id"))
        .orderBy("items")
        .collect()
    )
    names = _most_played(context, [row["user"] for row in first_of_size], items)
    return [
        {"user_id": row["user_id"], "items": row["items"], "owned": names[row["user"]]}
        for row in first_of_size
    ]


def _most_played(
    context: "Context", users: list[int], items: "pd.DataFrame"
) -> dict[int, list[str]]:
    """The names of each user's most played items."""
    from pyspark.sql import Window
    from pyspark.sql import functions as F

    order = Window.partitionBy("user").orderBy(F.desc("playtime_forever"), "item")
    rows = (
        context.read(tables.INTERACTIONS)
        .where(F.col("user").isin(users))
        .withColumn("position", F.row_number().over(order))
        .where(F.col("position") <= OWNED_SHOWN)
        .collect()
    )
    name_of = dict(zip(items["item"], items["item_name"], strict=True))
    names: dict[int, list[str]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: (row["user"], row["position"])):
        names[row["user"]].append(name_of[row["item"]])
    return names


def _lists(
    context: "Context", lists: "DataFrame", samples: list[dict[str, Any]]
) -> dict[str, list[dict[str, Any]]]:
    """The published lists by user_id: rank, item_id, item_name, score, source, about (a text)."""
    from pyspark.sql import functions as F

    columns = ["user_id", "rank", "item_id", "item_name", "score", "source"]
    wanted = F.col("user_id").isin([sample["user_id"] for sample in samples])
    listed: dict[str, list[dict[str, Any]]] = defaultdict(list)
    rows = lists.where(wanted).select(*columns).orderBy("user_id", "rank").collect()
    about = _about(context, {row["item_id"] for row in rows})
    for row in rows:
        listed[row["user_id"]].append(row.asDict() | {"about": about.get(row["item_id"], "")})
    return listed


def _about(context: "Context", item_ids: set[str]) -> dict[str, str]:
    """Price and genres by item_id, where they are known."""
    from steamrec.serving.item_metadata import genre_words, price_words

    if not context.settings.input.items_path:
        return {}
    known = context.read_local_rows(tables.ITEM_METADATA, "item_id", "price", "genres")
    return {
        row["item_id"]: " · ".join(
            filter(None, (price_words(row["price"]), genre_words(row["genres"])))
        )
        for row in known
        if row["item_id"] in item_ids
    }
