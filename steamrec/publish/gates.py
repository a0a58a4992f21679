"""Gates: what an export must satisfy before anybody sees it.

They look at what was written and at the raw libraries, not at the code that ranked.
"""

from typing import TYPE_CHECKING, Any

from steamrec.data import tables
from steamrec.data.tables import Table
from steamrec.errors import GateRefusedError

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from steamrec.data.context import Context


def check_gates(context: "Context", table: Table) -> dict[str, Any]:
    """Check the written run; returns its figures: users, rows, short_lists.

    Raises GateRefusedError naming the gate and both figures.
    """
    gates = context.settings.gates
    lists = context.read(table)
    libraries = context.read(tables.LIBRARIES)
    per_user = _per_user(lists).persist()
    try:
        expected = libraries.select("user_id").distinct().count()
        users = per_user.count()
        listed = per_user.join(libraries.select("user_id").distinct(), "user_id").count()
        demand(
            not gates.users
            or users == listed == expected
            or _catalogue_exhausted(context, expected - users),
            "users",
            f"{listed:,} of {expected:,} users have a list, and {users - listed:,} strangers do",
        )
        k = context.settings.export.k
        bad = per_user.where(f"first != 1 or last != rows or distinct_ranks != rows or rows > {k}")
        if gates.ranks:
            _demand_none(bad, "ranks", f"users whose ranks are not 1..n with n <= {k}")
            repeated = per_user.where("repeated")
            _demand_none(repeated, "items", "users with an item twice in the list")
        if gates.scores:
            infinite, rising = per_user.where("not finite"), per_user.where("not falling")
            _demand_none(infinite, "scores", "users with a score that is no number")
            _demand_none(rising, "scores", "users whose scores rise down the list")
        if gates.owned:
            _demand_none(_owned(lists, libraries), "owned", "listed items that the user owns")
        if gates.excluded and context.settings.export.filters:
            banned = lists.join(_excluded(context), "item_id", "left_semi")
            _demand_none(banned, "excluded", "listed items that the settings of [export] leave out")
        rows = per_user.agg({"rows": "sum"}).first()
        assert rows is not None
        return {
            "users": users,
            "rows": int(rows[0]),
            "short_lists": per_user.where(f"rows < {k}").count(),
        }
    finally:
        per_user.unpersist()


def _per_user(lists: "DataFrame") -> "DataFrame":
    """Each user's list in figures: rows, first, last, distinct_ranks, repeated, finite, falling."""
    from pyspark.sql import functions as F

    ordered = F.sort_array(F.collect_list(F.struct("rank", "score")))
    grouped = lists.groupBy("user_id").agg(
        F.count(F.lit(1)).alias("rows"),
        F.min("rank").alias("first"),
        F.max("rank").alias("last"),
        F.size(F.collect_set("rank")).alias("distinct_ranks"),
        (F.size(F.collect_set("item_id")) < F.count(F.lit(1))).alias("repeated"),
        F.max(
            F.col("score").isNull() | F.isnan("score") | (F.abs("score") == F.lit(float("inf")))
        ).alias("infinite"),
        F.transform(ordered, lambda entry: entry["score"]).alias("scores"),
    )
    following = F.slice("scores", 2, F.greatest(F.size("scores") - 1, F.lit(0)))
    return grouped.select(
        "user_id",
        "rows",
        "first",
        "last",
        "distinct_ranks",
        "repeated",
        (~F.col("infinite")).alias("finite"),
        F.forall(
            F.arrays_zip(
                F.slice("scores", 1, F.greatest(F.size("scores") - 1, F.lit(0))).alias("upper"),
                following.alias("lower"),
            ),
            lambda pair: pair["upper"] >= pair["lower"],
        ).alias("falling"),
    )


def _owned(lists: "DataFrame", libraries: "DataFrame") -> "DataFrame":
    from pyspark.sql import functions as F

    owned = libraries.select("user_id", F.explode("items.item_id").alias("item_id"))
    return lists.select("user_id", "item_id").join(owned, ["user_id", "item_id"], "left_semi")


def _catalogue_exhausted(context: "Context", missing: int) -> bool:
    """Whether the users without a list are just those who own all that may be listed."""
    from pyspark.sql import functions as F

    allowed = context.read(tables.ITEMS)
    if context.settings.export.filters:
        allowed = allowed.join(_excluded(context), "item_id", "left_anti")
    allowed, items = allowed.select("item"), allowed.count()
    known = context.read(tables.INTERACTIONS).select("user", "item")
    cold = context.read(tables.COLD_USERS).select("user_id", F.explode("items").alias("item"))
    full = sum(
        owned.join(F.broadcast(allowed), "item")
        .groupBy(user)
        .count()
        .where(f"count >= {items}")
        .count()
        for owned, user in ((known, "user"), (cold, "user_id"))
    )
    return 0 < missing == full


def _excluded(context: "Context") -> "DataFrame":
    """The item_ids that no list may hold, by the file's facts alone: in SQL, on ids."""
    from pyspark.sql import functions as F

    settings = context.settings.export
    tags = [tag.strip().lower() for tag in settings.exclude_tags]
    low, high = settings.min_price, settings.max_price
    tagged = F.exists(F.concat("genres", "tags"), lambda label: F.lower(F.trim(label)).isin(tags))
    cheap = F.col("price") < F.lit(low) if low is not None else F.lit(False)
    dear = F.col("price") > F.lit(high) if high is not None else F.lit(False)
    return context.read(tables.ITEM_FACTS).where(tagged | cheap | dear).select("item_id")


def _demand_none(bad: "DataFrame", gate: str, what: str) -> None:
    count = bad.count()
    demand(count == 0, gate, f"{count:,} {what}, and 0 are allowed")


def demand(holds: bool, gate: str, figures: str) -> None:
    """Raise GateRefusedError naming the gate and its figures unless `holds`."""
    if not holds:
        raise GateRefusedError(
            f"The gate '{gate}' refused to publish: {figures}; the previous export stays in place."
        )
