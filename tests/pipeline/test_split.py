import shutil

import pytest

from steamrec.data import tables
from steamrec.data.context import Context
from steamrec.errors import UsageError
from steamrec.models.settings import load_settings
from steamrec.pipeline import declarations
from steamrec.pipeline.runner import run_stage
from steamrec.workspace import Workspace
from tests.support.libraries import library, write_libraries

ROWS = [
    library(f"u{user}", [(str(10 * item), 1) for item in range(user % 7, 12, 1 + user % 3)], user)
    for user in range(40)
] + [library("single", [("10", 1)], 40)]


@pytest.fixture(scope="module")
def prepared(spark, tmp_path_factory):
    """A workspace with ROWS prepared, of which the tests split copies."""
    workspace = Workspace(str(tmp_path_factory.mktemp("prepared")))
    settings = load_settings(None, ["prepare.min_items=1"])
    context = Context(settings, workspace, master="local[2]", date="2026-01-31")
    write_libraries(context, ROWS)
    run_stage(declarations.PREPARE, context)
    return workspace.root


@pytest.fixture
def run(make_context, prepared):
    """A function that splits ROWS, or others, in a workspace of its own."""

    def prepare_and_split(*overrides, folder="workspace", rows=ROWS):
        context = make_context("prepare.min_items=1", *overrides, folder=folder)
        if rows is ROWS:
            shutil.copytree(prepared, context.workspace.root, dirs_exist_ok=True)
        else:
            write_libraries(context, rows)
        run_stage(declarations.PREPARE, context)
        return context, run_stage(declarations.SPLIT, context)

    return prepare_and_split


def pairs(context, table, condition="true"):
    return {(row.user, row.item) for row in context.read(table).where(condition).collect()}


@pytest.mark.parametrize("method", ["random", "first"])
def test_train_and_holdout_part_the_interactions(run, method):
    context, receipt = run(f"split.method={method}")
    everything = pairs(context, tables.INTERACTIONS)
    train, holdout = pairs(context, tables.TRAIN), pairs(context, tables.HOLDOUT)
    assert train | holdout == everything
    assert not train & holdout
    owned = {user: sum(1 for other, _ in everything if other == user) for user, _ in everything}
    assert sorted(user for user, _ in holdout) == sorted(u for u in owned if owned[u] >= 2)
    assert receipt.counts["holdout_pairs"] == len(holdout) == 40


def test_first_holds_out_the_lowest_item(run):
    context, _ = run("split.method=first")
    everything = pairs(context, tables.INTERACTIONS)
    lowest = {}
    for user, item in sorted(everything, reverse=True):
        lowest[user] = item
    assert all(lowest[user] == item for user, item in pairs(context, tables.HOLDOUT))


def test_random_spreads_and_follows_the_seed(run):
    one, _ = run("split.seed=1", folder="one")
    again, _ = run("split.seed=1", folder="again")
    other, _ = run("split.seed=2", folder="other")
    assert pairs(one, tables.HOLDOUT) == pairs(again, tables.HOLDOUT)
    assert pairs(one, tables.HOLDOUT) != pairs(other, tables.HOLDOUT)
    assert len({item for _, item in pairs(one, tables.HOLDOUT)}) > 5


def test_new_users_and_items_leave_the_holdout_of_others_alone(run):
    """Numbers shift when others come first; what is held out of whom does not."""
    first = [library("new", [(str(item), 1) for item in (70, 5, 60, 15)], -1)]

    def named(context, table, condition="true"):
        users = {row.user: row.user_id for row in context.read(tables.USERS).collect()}
        items = {row.item: row.item_id for row in context.read(tables.ITEMS).collect()}
        return {(users[u], items[i]) for u, i in pairs(context, table, condition)}

    before, _ = run("split.validation_users=4", folder="before")
    after, _ = run("split.validation_users=4", folder="after", rows=[*first, *ROWS])
    assert pairs(before, tables.HOLDOUT) != pairs(after, tables.HOLDOUT)
    held = {pair for pair in named(after, tables.HOLDOUT) if pair[0] != "new"}
    assert held == named(before, tables.HOLDOUT)
    validation = {p for p in named(after, tables.TRAIN, "validation") if p[0] != "new"}
    assert validation <= named(before, tables.TRAIN, "validation")
    assert len(validation) >= 3


def test_validation_is_one_train_item_of_a_fifth_of_the_users_at_most(run):
    context, _ = run("split.validation_users=1000")
    chosen = pairs(context, tables.TRAIN, "validation")
    assert len(chosen) == len({user for user, _ in chosen}) == 8
    few, _ = run("split.validation_users=3", folder="few")
    assert len(pairs(few, tables.TRAIN, "validation")) == 3


def given(tmp_path, holdout, negatives):
    (tmp_path / "holdout.csv").write_text("user,item\n" + holdout)
    (tmp_path / "negatives.jsonl").write_text(negatives)
    return (
        "split.method=given",
        f"split.holdout_path={tmp_path}/holdout.csv",
        f"split.negatives_path={tmp_path}/negatives.jsonl",
    )


def test_a_given_split_is_taken_as_published(run, tmp_path):
    rows = [library("a", [("x", 0), ("y", 0)], 0), library("b", [("y", 0)], 1)]
    published = given(tmp_path, "a,z\nb,x\n", '{"user": "a", "items": ["q", "z"]}\n')
    context, _ = run(*published, rows=rows)
    users = {row.user: row.user_id for row in context.read(tables.USERS).collect()}
    items = {row.item: row.item_id for row in context.read(tables.ITEMS).collect()}
    assert set(items.values()) == {"x", "y", "z", "q"}
    named = {(users[user], items[item]) for user, item in pairs(context, tables.HOLDOUT)}
    assert named == {("a", "z"), ("b", "x")}
    named = {(users[user], items[item]) for user, item in pairs(context, tables.TRAIN)}
    assert named == {("a", "x"), ("a", "y"), ("b", "y")}


def test_a_given_split_with_two_items_of_a_user_is_refused(run, tmp_path):
    rows = [library("a", [("x", 0), ("y", 0)], 0)]
    published = given(tmp_path, "a,z\na,x\n", '{"user": "a", "items": ["q"]}\n')
    with pytest.raises(UsageError, match="one item per user"):
        run(*published, rows=rows)


def test_a_given_split_without_the_columns_is_refused_in_words(run, tmp_path):
    (tmp_path / "bad.csv").write_text("who,what\na,z\n")
    rows = [library("a", [("x", 0), ("y", 0)], 0)]
    with pytest.raises(
        UsageError,
        match=r"split\.holdout_path must be a table with user and item: .*no column 'user'",
    ):
        run(
            "split.method=given",
            f"split.holdout_path={tmp_path}/bad.csv",
            rows=rows,
        )
