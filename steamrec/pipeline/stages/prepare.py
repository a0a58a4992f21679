"""Prepare: libraries -> users, items, interactions and the users no model will know."""

from typing import TYPE_CHECKING, Any

from steamrec.data import tables
from steamrec.data.context import Context
from steamrec.errors import RunError, UsageError
from steamrec.ingest.input_errors import explained
from steamrec.ingest.predefined_split import holdout_fingerprints, negatives_fingerprints
from steamrec.pipeline.stage import Outcome, Stage
from steamrec.pipeline.stages.predefined import read_predefined, write_predefined
from steamrec.settings import Settings
from steamrec.spark.row_index import number_rows

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

# A place is line << 20 | position in the library: it orders all items as the file has them.
POSITION_BITS = 20


def run(context: Context) -> Outcome:
    """Build the four tables.

    One user_id with many lines is one user: the union of its items, each with its largest
    playtime. Raises UsageError when no user has enough items.
    """
    given = context.settings.split.method == "given"
    least = 1 if given else context.settings.prepare.min_items
    libraries = context.read(tables.LIBRARIES)
    pairs = owned_pairs(libraries)
    published = None
    if given:
        pairs = pairs.persist()
        with explained():
            published = read_predefined(context, pairs)
        pairs = _with_holdout(pairs, published.holdout)
    pairs = pairs.persist()

    users = _users(pairs, least)
    context.write(users, tables.USERS)
    users = context.read(tables.USERS)
    kept = pairs.join(users, "user_id")

    items = _items(kept, published.items if published else None)
    context.write(items, tables.ITEMS)
    items = context.read(tables.ITEMS)

    context.write(kept.join(items, "item_id"), tables.INTERACTIONS)
    context.write(_cold_users(libraries, pairs, users, items), tables.COLD_USERS)
    counts = _counts(context, libraries, pairs)
    if not counts["users_kept"]:
        raise UsageError(
            f"No user has {least} or more items (prepare.min_items); "
            "lower it or give a larger file."
        )
    written = [tables.USERS, tables.ITEMS, tables.INTERACTIONS, tables.COLD_USERS]
    if published:
        written += write_predefined(context, published)
        counts |= published.counts
    return Outcome(tables=written, counts=counts)


def owned_pairs(libraries: "DataFrame") -> "DataFrame":
    """Each (user_id, item_id) once, with item_name, playtime_forever and place of its first line.

    `place` is a long that orders the pairs as they first stand in the file.
    """
    from pyspark.sql import functions as F

    place = list(tables.PLACE)
    lines = number_rows(libraries.select(*place), place, "line", "bigint")
    rows = libraries.join(lines, place).select(
        "user_id", "line", F.posexplode("items").alias("position", "item")
    )
    return (
        rows.select(
            "user_id",
            F.col("item.item_id").alias("item_id"),
            F.col("item.item_name").alias("item_name"),
            F.col("item.playtime_forever").alias("playtime_forever"),
            F.shiftleft("line", POSITION_BITS).bitwiseOR(F.col("position")).alias("place"),
        )
        .groupBy("user_id", "item_id")
        .agg(
            F.min_by("item_name", "place").alias("item_name"),
            F.max("playtime_forever").alias("playtime_forever"),
            F.min("place").alias("place"),
        )
    )


def _with_holdout(pairs: "DataFrame", holdout: "DataFrame") -> "DataFrame":
    """The pairs with those of a published holdout, which the training file does not have."""
    from pyspark.sql import functions as F

    missing = holdout.join(pairs, ["user_id", "item_id"], "left_anti").select(
        "user_id",
        "item_id",
        F.col("item_id").alias("item_name"),
        F.lit(0).cast("long").alias("playtime_forever"),
    )
    last = pairs.agg(F.coalesce(F.max("place"), F.lit(0))).first()
    assert last is not None
    numbered = number_rows(missing, ["user_id", "item_id"], "place", "bigint")
    shifted = F.shiftleft(F.col("place"), POSITION_BITS) + F.lit(last[0] + (1 << POSITION_BITS))
    return pairs.unionByName(numbered.withColumn("place", shifted))


def _users(pairs: "DataFrame", least: int) -> "DataFrame":
    from pyspark.sql import functions as F

    sizes = pairs.groupBy("user_id").agg(
        F.count(F.lit(1)).cast("int").alias("items"), F.min("place").alias("place")
    )
    return number_rows(sizes.where(F.col("items") >= least), ["place"], "user", "int")


def _items(kept: "DataFrame", more: "DataFrame | None") -> "DataFrame":
    """The catalogue of the kept users' items, and of `more` item_ids that nobody owns."""
    from pyspark.sql import functions as F

    owned = kept.groupBy("item_id").agg(
        F.min_by("item_name", "place").alias("item_name"),
        F.count(F.lit(1)).alias("owners"),
        F.min("place").alias("place"),
    )
    if more is not None:
        unowned = more.join(owned, "item_id", "left_anti").select(
            "item_id",
            F.col("item_id").alias("item_name"),
            F.lit(0).cast("long").alias("owners"),
            F.lit((1 << 63) - 1).alias("place"),
        )
        owned = owned.unionByName(unowned)
    return number_rows(owned, ["place", "item_id"], "item", "int")


def _cold_users(
    libraries: "DataFrame", pairs: "DataFrame", users: "DataFrame", items: "DataFrame"
) -> "DataFrame":
    from pyspark.sql import functions as F

    cold = libraries.select("user_id").distinct().join(users, "user_id", "left_anti")
    known = pairs.join(items.select("item_id", "item"), "item_id").select(
        "user_id", F.struct("place", "item").alias("entry")
    )
    return (
        cold.join(known, "user_id", "left")
        .groupBy("user_id")
        .agg(F.sort_array(F.collect_list("entry")).alias("entries"))
        .select("user_id", F.transform("entries", lambda entry: entry["item"]).alias("items"))
    )


def _counts(context: Context, libraries: "DataFrame", pairs: "DataFrame") -> dict[str, Any]:
    """The figures of the receipt; raises RunError when they do not reconcile."""
    from pyspark.sql import functions as F

    def figures(frame: "DataFrame", **wanted: Any) -> dict[str, int]:
        row = frame.agg(*(column.alias(name) for name, column in wanted.items())).first()
        assert row is not None
        return {name: int(row[name] or 0) for name in wanted}

    everyone = F.count_distinct("user_id")
    read = figures(
        libraries, libraries=F.count("*"), distinct_users=everyone, item_rows=F.sum(F.size("items"))
    )
    owned = figures(pairs, distinct_pairs=F.count("*"), users_with_items=everyone)
    users = figures(context.read(tables.USERS), users_kept=F.count("*"), pairs=F.sum("items"))
    items = figures(context.read(tables.ITEMS), items=F.count("*"), pairs=F.sum("owners"))
    counts = {
        **read,
        "distinct_pairs": owned["distinct_pairs"],
        "pairs_merged": read["item_rows"] - owned["distinct_pairs"],
        "users_with_items": owned["users_with_items"],
        "users_kept": users["users_kept"],
        "users_cold": context.read(tables.COLD_USERS).count(),
        "items": items["items"],
        "interactions": context.read(tables.INTERACTIONS).count(),
    }
    kept_pairs, owners = users["pairs"], items["pairs"]
    if not counts["interactions"] == kept_pairs == owners:
        raise RunError(
            f"The counts do not reconcile: {counts['interactions']:,} interactions, "
            f"{kept_pairs:,} items in the users' counts, {owners:,} owners of items; "
            "this is a fault of steamrec, please report it."
        )
    return counts


def _used(settings: Settings) -> dict[str, Any]:
    if settings.split.method != "given":
        return {"min_items": settings.prepare.min_items}
    split = settings.split
    return {
        "holdout": split.holdout_path,
        "negatives": split.negatives_path,
        "columns": [
            settings.input.user_column,
            settings.input.item_column,
            split.negatives_column,
        ],
        "max_unmatched_fraction": split.max_unmatched_fraction,
        "max_unknown_items_fraction": split.max_unknown_items_fraction,
    }


def _external(context: Context) -> dict[str, str]:
    return holdout_fingerprints(context) | negatives_fingerprints(context)


STAGE = Stage("prepare", version=3, needs=("ingest",), used=_used, run=run, external=_external)
