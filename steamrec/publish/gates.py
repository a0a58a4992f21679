"""Gates: what an export must satisfy before anybody sees it.

They look at what was written and at the raw libraries, not at the code that ranked.
"""

from typing import TYPE_CHECKING, Any

from steamrec.data import tables
from steamrec.data.tables import Table
from steamrec.errors import GateRefusedError
from steamrec.publish.filters import folded

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from steamrec.data.context import Context

LABELS = ("genres", "tags")


def check_gates(context: "Context", table: Table) -> dict[str, Any]:
    """Check the written run; returns its figures: users, rows, short_lists, users_without_list.

    Raises GateRefusedError naming the gate and its figures.
    """
    gates = context.settings.gates
    lists = context.read(table)
    libraries = context.read(tables.LIBRARIES)
    per_user = _per_user(lists).persist()
    try:
        users = per_user.count()
        demand(users > 0, "users", "no user has an item left to list")
        if gates.nulls:
            lacking = " or ".join(f"{column} is null" for column in table.columns)
            _demand_none(lists.where(lacking), "nulls", "rows lack a value")
        without = _check_users(context, per_user.select("user_id"), libraries)
        k = context.settings.export.k
        bad = per_user.where(f"first != 1 or last != rows or distinct_ranks != rows or rows > {k}")
        if gates.ranks:
            _demand_none(bad, "ranks", f"users whose ranks are not 1..n with n <= {k}")
            repeated = per_user.where("repeated")
            _demand_none(repeated, "items", "users with an item twice in the list")
        if gates.scores:
            infinite, rising = per_user.where("not finite"), per_user.where("not falling")
            _demand_none(infinite, "scores", "users with a score that is not a number")
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
            "users_without_list": without,
        }
    finally:
        per_user.unpersist()


def _check_users(context: "Context", listed: "DataFrame", libraries: "DataFrame") -> int:
    """The gate "users"; returns how many users have no list as they own all that may be listed.

    Users are compared one by one: as counts, a stranger would make up for a missing user.
    """
    everybody = libraries.select("user_id").distinct()
    missing = everybody.join(listed, "user_id", "left_anti")
    without = missing.count()
    if context.settings.gates.users:
        strangers = listed.join(everybody, "user_id", "left_anti").count()
        figures = f"{strangers:,} users have a list and are not in the raw file, and 0 are allowed"
        demand(strangers == 0, "users", figures)
        if without:
            expected = missing.join(
                _owning_all(context, missing, libraries), "user_id", "left_anti"
            )
            lost = expected.count()
            figures = (
                f"{lost:,} of {everybody.count():,} users have no list, though items are left for "
                "them, and 0 are allowed"
            )
            demand(lost == 0, "users", figures)
    return without


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


def _owning_all(context: "Context", missing: "DataFrame", libraries: "DataFrame") -> "DataFrame":
    """Those user_ids of `missing` who own every item that may be listed."""
    from pyspark.sql import functions as F

    allowed = context.read(tables.ITEMS).select("item", "item_id")
    if context.settings.export.filters:
        allowed = allowed.join(_excluded(context), "item_id", "left_anti")
    items = allowed.count()
    if not items:
        return missing
    # A predefined split's holdout is owned too, and is not in the libraries.
    known = context.read(tables.INTERACTIONS).join(context.read(tables.USERS), "user")
    owned = known.join(F.broadcast(allowed), "item").select("user_id", "item_id")
    raw = libraries.select("user_id", F.explode("items.item_id").alias("item_id"))
    owned = owned.unionByName(raw.join(F.broadcast(allowed.select("item_id")), "item_id"))
    counts = owned.join(missing, "user_id").groupBy("user_id")
    return counts.agg(F.count_distinct("item_id").alias("n")).where(F.col("n") == items)


def _excluded(context: "Context") -> "DataFrame":
    """The item_ids that no list may hold, by the file's facts alone: in SQL, on ids."""
    from pyspark.sql import functions as F

    settings = context.settings.export
    facts = context.read(tables.ITEM_METADATA)
    labels = F.concat(*(F.coalesce(name, F.array().cast("array<string>")) for name in LABELS))
    wanted = {folded(tag) for tag in settings.exclude_tags}
    found = facts.select(F.explode(labels).alias("label")).distinct().collect() if wanted else []
    banned = [row["label"] for row in found if folded(row["label"]) in wanted]
    low, high = settings.min_price, settings.max_price
    tagged = F.arrays_overlap(labels, F.array(*map(F.lit, banned)).cast("array<string>"))
    price = F.nanvl("price", F.lit(None).cast("double"))  # a price that is not a number is unknown
    cheap = price < F.lit(low) if low is not None else F.lit(False)
    dear = price > F.lit(high) if high is not None else F.lit(False)
    return facts.where(tagged | cheap | dear).select("item_id")


def _demand_none(bad: "DataFrame", gate: str, what: str) -> None:
    count = bad.count()
    demand(count == 0, gate, f"{count:,} {what}, and 0 are allowed")


def demand(holds: bool, gate: str, figures: str) -> None:
    """Raise GateRefusedError naming the gate and its figures unless `holds`."""
    if not holds:
        raise GateRefusedError(
            f"The gate '{gate}' refused to publish: {figures}; the previous export stays in place."
        )
