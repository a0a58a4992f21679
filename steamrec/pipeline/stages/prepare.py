"""Prepare: libraries -> users, items, interactions and the users no model will know."""

from typing import TYPE_CHECKING, Any

from steamrec.data import tables
from steamrec.data.context import Context
from steamrec.data.limits import (
    MOST_ITEMS,
    MOST_LINES,
    MOST_USERS,
    POSITION_BITS,
    check_libraries,
)
from steamrec.errors import RunError, UsageError
from steamrec.ingest.input_errors import explained
from steamrec.pipeline.stage import Outcome
from steamrec.pipeline.stages.predefined import read_predefined, write_predefined
from steamrec.spark.row_index import number_rows
from steamrec.spark.sizing import has_one_task

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


def run(context: Context) -> Outcome:
    """Build the four tables.

    One user_id with many lines is one user: the union of its items, each with its largest
    playtime. Raises UsageError when no user has enough items, and before any work when a library
    has more items than there are numbers for.
    """
    from pyspark.sql import functions as F

    given = context.settings.split.method == "given"
    least = 1 if given else context.settings.prepare.min_items
    libraries = context.read(tables.LIBRARIES)
    read = _read(libraries)
    pairs = owned_pairs(libraries)
    published = None
    if given:
        pairs = pairs.persist()
        with explained():
            published = read_predefined(context, pairs)
        pairs = _with_holdout(pairs, published.holdout)
    pairs = pairs.persist()

    written = {
        "users": context.write(_users(pairs, least), tables.USERS, pairs=F.sum("items")),
    }
    users = context.read(tables.USERS)
    kept = pairs.join(users, "user_id")

    items = _items(kept, published.items if published else None)
    written["items"] = context.write(items, tables.ITEMS, pairs=F.sum("owners"))
    items = context.read(tables.ITEMS)

    written["interactions"] = context.write(kept.join(items, "item_id"), tables.INTERACTIONS)
    cold = _cold_users(libraries, pairs, users, items)
    written["cold"] = context.write(cold, tables.COLD_USERS)
    counts = _counts(read, pairs, written)
    if not counts["users_kept"]:
        raise UsageError(
            f"No user has {least} or more items (prepare.min_items); "
            "lower it or give a larger file."
        )
    outputs = [tables.USERS, tables.ITEMS, tables.INTERACTIONS, tables.COLD_USERS]
    if published:
        outputs += write_predefined(context, published)
        # The held-out pairs of another file were merged with none of this one.
        added = published.counts["holdout_pairs_added"]
        counts |= {"pairs_merged": counts["pairs_merged"] + added, **published.counts}
    return Outcome(tables=outputs, counts=counts)


def owned_pairs(libraries: "DataFrame") -> "DataFrame":
    """Each (user_id, item_id) once, with the item_name, playtime_forever and position it has first.

    `position` is a long that orders the pairs as the file does: line << POSITION_BITS | position in
    the library.
    """
    from pyspark.sql import functions as F

    location = list(tables.LINE_LOCATION)
    if has_one_task(libraries.sparkSession):
        numbered = number_rows(libraries, location, "line", "bigint", MOST_LINES)
    else:  # sorting the locations alone carries no items around
        lines = number_rows(libraries.select(*location), location, "line", "bigint", MOST_LINES)
        numbered = libraries.join(lines, location)
    rows = numbered.select("user_id", "line", F.posexplode("items").alias("item_position", "item"))
    return (
        rows.select(
            "user_id",
            F.col("item.item_id").alias("item_id"),
            F.col("item.item_name").alias("item_name"),
            F.col("item.playtime_forever").alias("playtime_forever"),
            F.shiftleft("line", POSITION_BITS).bitwiseOR(F.col("item_position")).alias("position"),
        )
        .groupBy("user_id", "item_id")
        .agg(
            F.min_by("item_name", "position").alias("item_name"),
            F.max("playtime_forever").alias("playtime_forever"),
            F.min("position").alias("position"),
        )
    )


def _with_holdout(pairs: "DataFrame", holdout: "DataFrame") -> "DataFrame":
    """The pairs with those of a published holdout, which the training file does not have."""
    from pyspark.sql import functions as F

    missing = holdout.where("not trained").select(
        "user_id",
        "item_id",
        F.col("item_id").alias("item_name"),
        F.lit(0).cast("long").alias("playtime_forever"),
    )
    last = pairs.agg(F.coalesce(F.max("position"), F.lit(0))).first()
    assert last is not None
    numbered = number_rows(missing, ["user_id", "item_id"], "position", "bigint", MOST_LINES)
    shifted = F.shiftleft(F.col("position"), POSITION_BITS) + F.lit(last[0] + (1 << POSITION_BITS))
    return pairs.unionByName(numbered.withColumn("position", shifted))


def _users(pairs: "DataFrame", least: int) -> "DataFrame":
    from pyspark.sql import functions as F

    sizes = pairs.groupBy("user_id").agg(
        F.count(F.lit(1)).cast("int").alias("items"), F.min("position").alias("position")
    )
    return number_rows(
        sizes.where(F.col("items") >= least), ["position"], "user", "int", MOST_USERS
    )


def _items(kept: "DataFrame", more: "DataFrame | None") -> "DataFrame":
    """The catalogue of the kept users' items, and of `more` item_ids without owners."""
    from pyspark.sql import functions as F

    owned = kept.groupBy("item_id").agg(
        F.min_by("item_name", "position").alias("item_name"),
        F.count(F.lit(1)).alias("owners"),
        F.min("position").alias("position"),
    )
    if more is not None:
        unowned = more.select(
            "item_id",
            F.col("item_id").alias("item_name"),
            F.lit(0).cast("long").alias("owners"),
            F.lit((1 << 63) - 1).alias("position"),
        )
        owned = owned.unionByName(unowned)
    return number_rows(owned, ["position", "item_id"], "item", "int", MOST_ITEMS)


def _cold_users(
    libraries: "DataFrame", pairs: "DataFrame", users: "DataFrame", items: "DataFrame"
) -> "DataFrame":
    from pyspark.sql import functions as F

    cold = libraries.select("user_id").distinct().join(users, "user_id", "left_anti")
    known = pairs.join(items.select("item_id", "item"), "item_id").select(
        "user_id", F.struct("position", "item").alias("entry")
    )
    return (
        cold.join(known, "user_id", "left")
        .groupBy("user_id")
        .agg(F.sort_array(F.collect_list("entry")).alias("entries"))
        .select("user_id", F.transform("entries", lambda entry: entry["item"]).alias("items"))
    )


def _figures(frame: "DataFrame", **wanted: Any) -> dict[str, int]:
    row = frame.agg(*(column.alias(name) for name, column in wanted.items())).first()
    assert row is not None
    return {name: int(row[name] or 0) for name in wanted}


def _read(libraries: "DataFrame") -> dict[str, int]:
    """What was read: libraries, distinct_users, item_rows; raises UsageError for too much of it."""
    from pyspark.sql import functions as F

    read = _figures(
        libraries,
        libraries=F.count("*"),
        distinct_users=F.count_distinct("user_id"),
        item_rows=F.sum(F.size("items")),
        largest=F.max(F.size("items")),
    )
    check_libraries(read["libraries"], read.pop("largest"))
    return read


def _counts(
    read: dict[str, int], pairs: "DataFrame", written: dict[str, dict[str, Any]]
) -> dict[str, Any]:
    """The figures of the receipt; raises RunError when they do not reconcile."""
    from pyspark.sql import functions as F

    owned = _figures(
        pairs, distinct_pairs=F.count("*"), users_with_items=F.count_distinct("user_id")
    )
    counts = {
        **read,
        "distinct_pairs": owned["distinct_pairs"],
        "pairs_merged": read["item_rows"] - owned["distinct_pairs"],
        "users_with_items": owned["users_with_items"],
        "users_kept": written["users"]["rows"],
        "users_cold": written["cold"]["rows"],
        "items": written["items"]["rows"],
        "interactions": written["interactions"]["rows"],
    }
    kept_pairs, owners = (written[name]["pairs"] or 0 for name in ("users", "items"))
    if not counts["interactions"] == kept_pairs == owners:
        raise RunError(
            f"The counts do not reconcile: {counts['interactions']:,} interactions, "
            f"{kept_pairs:,} items in the users' counts, {owners:,} owners of items; "
            "this is a fault of steamrec, please report it."
        )
    return counts
