import pytest

from steamrec.data import tables
from steamrec.data.limits import POSITION_BITS
from steamrec.errors import UsageError
from steamrec.pipeline import declarations
from steamrec.pipeline.runner import run_stage
from steamrec.pipeline.stages import prepare
from tests.support.libraries import library, write_libraries

ROWS = [
    library("late", [("30", 3), ("10", 1)], offset=7),
    library("twice", [("10", 5), ("20", 0)], offset=1),
    library("twice", [("20", 9), ("40", 2)], offset=3),
    library("cold", [("20", 1), ("99", 1)], offset=2),
    library("empty", [], offset=0),
    library("first", [("50", 1), ("20", 4), ("10", 0)], offset=0),
]


def run(make_context, partitions=2, **kwargs):
    context = make_context("prepare.min_items=2", **kwargs)
    rows = [row for row in ROWS if row[0] != "cold"]
    rows.append(library("cold", [("20", 1)], offset=2))
    rows[3] = library("empty", [], offset=9)
    write_libraries(context, rows, partitions)
    return context, run_stage(declarations.PREPARE, context)


def test_users_and_items_are_numbered_in_order_of_first_appearance(make_context):
    context, _ = run(make_context)
    users = {row.user_id: (row.user, row["items"]) for row in context.read(tables.USERS).collect()}
    assert users == {"first": (0, 3), "twice": (1, 3), "late": (2, 2)}
    items = {
        row.item_id: (row.item, row.owners, row.item_name)
        for row in context.read(tables.ITEMS).collect()
    }
    assert items == {
        "50": (0, 1, "Game 50"),
        "20": (1, 2, "Game 20"),
        "10": (2, 3, "Game 10"),
        "40": (3, 1, "Game 40"),
        "30": (4, 1, "Game 30"),
    }


def test_a_repeated_user_is_the_union_with_the_larger_playtime(make_context):
    context, receipt = run(make_context)
    twice = context.read(tables.INTERACTIONS).where("user = 1").collect()
    assert {(row.item, row.playtime_forever) for row in twice} == {(2, 5), (1, 9), (3, 2)}
    assert receipt.counts["pairs_merged"] == 1
    assert receipt.counts["distinct_users"] == 5


def test_places_follow_the_order_of_the_libraries(make_context):
    context, _ = run(make_context)
    rows = context.read(tables.INTERACTIONS).orderBy("position").collect()
    orders = {}
    for row in rows:
        orders.setdefault(row.user, []).append(row.item)
    assert orders == {0: [0, 1, 2], 1: [2, 1, 3], 2: [4, 2]}


def test_cold_users_keep_what_the_catalogue_knows(make_context):
    context, receipt = run(make_context)
    cold = {row.user_id: row["items"] for row in context.read(tables.COLD_USERS).collect()}
    assert cold == {"cold": [1], "empty": []}
    assert receipt.counts["users_cold"] == 2


def test_partitions_do_not_change_the_tables(make_context):
    _, one = run(make_context, partitions=1, folder="one")
    _, many = run(make_context, partitions=5, folder="many")
    assert one.outputs == many.outputs


def test_a_library_with_more_items_than_places_is_refused_before_any_work(spark):
    libraries = spark.range(1).selectExpr(
        "'a' AS user_id", f"array_repeat(1, {(1 << POSITION_BITS) + 1}) AS items"
    )
    with pytest.raises(UsageError, match="1,048,577 items"):
        prepare._read(libraries)
