import shutil
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from steamrec.data import tables
from steamrec.data.context import Context
from steamrec.models.settings import load_settings
from steamrec.pipeline import declarations
from steamrec.pipeline.runner import run_stage
from steamrec.pipeline.stages import sample
from steamrec.sampling.free_items import popularity_weights
from steamrec.workspace import Workspace
from tests.support.libraries import library, write_libraries

ITEMS = [str(10 * number) for number in range(1, 31)]


def rows():
    rng = np.random.default_rng(0)
    made = []
    for user in range(60):
        chosen = rng.choice(ITEMS, rng.integers(2, 15), replace=False)
        made.append(library(f"u{user}", [(str(item), 1) for item in chosen], user))
    made.append(library("everything", [(item, 1) for item in ITEMS], 60))
    made.append(library("all but one", [(item, 1) for item in ITEMS[1:]], 61))
    return made


def context_on(root, *overrides):
    given = ("prepare.min_items=2", "train.epochs=2", "sampling.eval_negatives=12", *overrides)
    settings = load_settings(None, given)
    return Context(settings, Workspace(str(root)), master="local[2]", date="2026-01-31")


@pytest.fixture(scope="module")
def parted(spark, tmp_path_factory):
    """A workspace with the libraries split, of whose copies the tests sample."""
    context = context_on(tmp_path_factory.mktemp("parted"))
    write_libraries(context, rows())
    for stage in (declarations.PREPARE, declarations.SPLIT):
        run_stage(stage, context)
    return context.workspace.root


@pytest.fixture(scope="module")
def sampled(parted, tmp_path_factory):
    """The context and the receipt of a sampling that nobody changes."""
    root = tmp_path_factory.mktemp("sampled")
    shutil.copytree(parted, root, dirs_exist_ok=True)
    context = context_on(root, "sampling.rows_per_file=100")
    return context, run_stage(declarations.SAMPLE, context)


@pytest.fixture
def run(parted, tmp_path):
    """A function that samples in a workspace of its own, with so many shuffle partitions."""

    def sample_copy(*overrides, folder="workspace", shuffles=2):
        shutil.copytree(parted, tmp_path / folder)
        context = context_on(tmp_path / folder, *overrides)
        key = "spark.sql.shuffle.partitions"
        before = context.spark.conf.get(key)
        context.spark.conf.set(key, str(shuffles))
        try:
            return context, run_stage(declarations.SAMPLE, context)
        finally:
            context.spark.conf.set(key, before)

    return sample_copy


def epoch_files(context, epoch):
    folder = context.workspace.path(f"negatives/train/epoch={epoch}")
    return sorted(Path(folder).glob("*.parquet"))


def test_epochs_are_exact_and_shuffled(sampled):
    context, receipt = sampled
    owned = {}
    for row in context.read(tables.INTERACTIONS).collect():
        owned.setdefault(row.user, set()).add(row.item)
    fitted = {
        (r.user, r.item) for r in context.read(tables.TRAIN).where("not validation").collect()
    }
    orders = []
    for epoch in (0, 1):
        files = epoch_files(context, epoch)
        assert len(files) == -(-len(fitted) // 100)
        assert all(pq.ParquetFile(path).num_row_groups == 1 for path in files)
        frame = pq.read_table(files[0].parent).to_pandas()
        assert sorted(zip(frame.user, frame.item, strict=True)) == sorted(fitted)
        for row in frame.itertuples():
            negatives = {getattr(row, f"negative_{i}") for i in range(4)}
            if len(owned[row.user]) == len(ITEMS):
                assert negatives == {-1}
            else:
                assert not negatives & (owned[row.user] | {-1})
        orders.append(frame.user.tolist())
    assert orders[0] != orders[1] != sorted(orders[1])
    everything = [user for user in owned if len(owned[user]) == len(ITEMS)]
    missing = sum(4 for user, _ in fitted if user in everything)
    assert receipt.counts["negatives_missing"] == missing > 0


def test_eval_negatives_are_distinct_and_counted_where_short(sampled):
    context, receipt = sampled
    owned = {}
    for row in context.read(tables.INTERACTIONS).collect():
        owned.setdefault(row.user, set()).add(row.item)
    for row in context.read(tables.EVAL_NEGATIVES).collect():
        free = len(ITEMS) - len(owned[row.user])
        assert len(row["items"]) == len(set(row["items"])) == min(12, free)
        assert not set(row["items"]) & owned[row.user]
    assert receipt.counts["eval_users_with_fewer_negatives"] == 2


def test_partitions_change_nothing_not_even_the_files(run):
    one, first = run("sampling.rows_per_file=100", folder="one", shuffles=1)
    many, second = run("sampling.rows_per_file=100", folder="many", shuffles=40)
    assert first.outputs == second.outputs
    for a, b in zip(epoch_files(one, 1), epoch_files(many, 1), strict=True):
        assert pq.read_table(a).equals(pq.read_table(b))


def test_popularity_draws_follow_the_owners(run):
    context, _ = run("sampling.distribution=popularity", "sampling.popularity_power=3.0")
    fitted = context.read(tables.TRAIN).where("not validation").toPandas()
    # What is held out or kept for validation weighs nothing.
    owners = np.bincount(fitted["item"], minlength=context.read(tables.ITEMS).count())
    assert owners.sum() < context.read(tables.INTERACTIONS).count()
    assert (sample._cumulative(context) == popularity_weights(owners, 3.0)).all()
    drawn = context.read(tables.train_negatives(0, 4)).where("negative_0 >= 0").collect()
    of_drawn = np.mean([owners[row[f"negative_{i}"]] for row in drawn for i in range(4)])
    assert of_drawn > np.mean(owners) + 0.5


def test_given_negatives_are_taken_as_published(make_context, tmp_path):
    (tmp_path / "holdout.csv").write_text("user,item\na,z\nb,x\n")
    (tmp_path / "negatives.jsonl").write_text(
        '{"user": "a", "items": ["q", "z", "r"]}\n{"user": "b", "items": ["r"]}\n'
    )
    context = make_context(
        "split.method=given",
        f"split.holdout_path={tmp_path}/holdout.csv",
        f"split.negatives_path={tmp_path}/negatives.jsonl",
        'train.models=["ease"]',
    )
    write_libraries(context, [library("a", [("x", 0)], 0), library("b", [("y", 0)], 1)])
    for stage in (declarations.PREPARE, declarations.SPLIT, declarations.SAMPLE):
        run_stage(stage, context)
    users = {row.user: row.user_id for row in context.read(tables.USERS).collect()}
    items = {row.item: row.item_id for row in context.read(tables.ITEMS).collect()}
    found = {
        users[row.user]: [items[item] for item in row["items"]]
        for row in context.read(tables.EVAL_NEGATIVES).collect()
    }
    assert found == {"a": ["q", "z", "r"], "b": ["r"]}


def test_epochs_of_an_earlier_night_are_removed(run):
    context, _ = run()
    assert sorted(context.workspace.list("negatives/train")) == ["epoch=0", "epoch=1"]
    run_stage(declarations.SAMPLE, context_on(context.workspace.root, "train.epochs=1"))
    assert context.workspace.list("negatives/train") == ["epoch=0"]
