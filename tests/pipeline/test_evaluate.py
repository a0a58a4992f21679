"""The evaluate stage's figures against brute force over the users."""

import math

import numpy as np
import pytest

from steamrec.data import tables
from steamrec.pipeline.stages import rank
from steamrec.pipeline.stages.evaluate import _metrics

USERS, ITEMS, K = 60, 25, 5
MODELS = ("popularity", "ease", "gmf")
GAINS = {
    "hr": lambda rank: 1.0,
    "ndcg": lambda rank: 1 / math.log2(rank + 1),
    "mrr": lambda rank: 1 / rank,
}


@pytest.fixture(scope="module")
def world():
    rng = np.random.default_rng(3)
    sizes = rng.integers(2, 12, USERS)
    owners = rng.integers(1, USERS, ITEMS)
    ranks, lists = {}, {}
    for strength, model in enumerate(MODELS):
        for protocol in ("sampled", "full", "validation"):
            users = USERS if protocol != "validation" else USERS // 3
            ranks[model, protocol] = rng.geometric(0.08 * (strength + 1), users)
        ranks[model, "cold"] = rng.geometric(0.1 * (strength + 1), USERS // 4)
        lists[model] = [rng.permutation(ITEMS)[: rng.integers(3, 21)].tolist() for _ in sizes]
    ranks["ease", "full"][:] = 100  # the test items would choose another model than ease
    ranks["ease", "validation"][:] = 1
    return sizes, owners, ranks, lists


@pytest.fixture
def metrics(make_context, world):
    sizes, owners, ranks, lists = world
    context = make_context(f"evaluate.k=[{K},20]", "evaluate.bootstrap=100")
    spark = context.spark
    users = [(user, f"u{user}", int(size)) for user, size in enumerate(sizes)]
    context.write(spark.createDataFrame(users, tables.USERS.ddl), tables.USERS)
    items = [(item, str(item), "", int(count)) for item, count in enumerate(owners)]
    context.write(spark.createDataFrame(items, tables.ITEMS.ddl), tables.ITEMS)
    for model in MODELS:
        table = tables.ranks(model)
        rows = [
            (protocol, user, int(rank), ITEMS, lists[model][user] if protocol == "full" else [])
            for protocol in ("sampled", "full", "validation")
            for user, rank in enumerate(ranks[model, protocol])
        ]
        context.write(spark.createDataFrame(rows, table.ddl).repartition(3), table)
    for model in ("popularity", "ease"):
        table = tables.cold_ranks(model)
        rows = [(user, int(rank), ITEMS) for user, rank in enumerate(ranks[model, "cold"])]
        context.write(spark.createDataFrame(rows, table.ddl), table)
    return _metrics(context, MODELS)


def values(ranks, metric, k):
    return np.array([GAINS[metric](rank) if rank <= k else 0.0 for rank in ranks])


def test_every_figure_is_that_of_counting_users(metrics, world):
    sizes, owners, ranks, lists = world
    assert (metrics["users"], metrics["items"]) == (USERS, ITEMS)
    # 10 is always measured: the gates compare it.
    assert {row["k"] for row in metrics["results"]} == {5, 10, 20}
    assert len(metrics["results"]) == len(MODELS) * 2 * 3 * 3
    for row in metrics["results"]:
        found = values(ranks[row["model"], row["protocol"]], row["metric"], row["k"])
        assert row["value"] == pytest.approx(found.mean())
        assert row["ci95"][0] <= row["value"] <= row["ci95"][1]
    # Chosen on validation items alone, and so is the baseline to compare with.
    assert metrics["best"] == "ease"
    assert {(row["model"], row["against"]) for row in metrics["paired"]} == {
        ("popularity", "ease"),
        ("ease", "popularity"),
        ("gmf", "popularity"),
        ("gmf", "ease"),
    }
    for row in metrics["paired"]:
        own = values(ranks[row["model"], row["protocol"]], row["metric"], 10)
        other = values(ranks[row["against"], row["protocol"]], row["metric"], 10)
        assert row["difference"] == pytest.approx((own - other).mean())
        error = (own - other).std() / math.sqrt(USERS)
        assert row["ci95"][1] - row["ci95"][0] == pytest.approx(3.92 * error, rel=0.4)
    for row in metrics["lists"]:
        shown = [item for items in lists[row["model"]] for item in items[: row["k"]]]
        assert row["coverage"] == pytest.approx(len(set(shown)) / ITEMS)
        assert row["novelty"] == pytest.approx(np.mean(-np.log2(owners[shown] / USERS)))
    # GMF serves no cold user, so its ranks of them are not asked for.
    assert {row["model"] for row in metrics["cold"]} == {"popularity", "ease"}
    assert len(metrics["cold"]) == 2 * 3 * 3
    for row in metrics["cold"]:
        found = values(ranks[row["model"], "cold"], row["metric"], row["k"])
        assert row["value"] == pytest.approx(found.mean())
        assert row["ci95"][0] <= row["value"] <= row["ci95"][1]
        assert row["users"] == len(found)
    bounds = np.percentile(sizes, [0, 25, 50, 75, 100]).astype(int)
    parts = [(int(bounds[q] + (q > 0)), int(bounds[q + 1])) for q in range(4)]
    assert len(metrics["by_library_size"]) == 4 * len(MODELS) * 3 * 2
    for row in metrics["by_library_size"]:
        low, high = row["items"]
        assert (low, high) in parts
        inside = (sizes >= low) & (sizes <= high)
        found = values(ranks[row["model"], "full"][inside], row["metric"], row["k"])
        assert row["users"] == inside.sum()
        assert row["value"] == pytest.approx(found.mean())


def test_sampled_ranks_are_among_other_items(make_context):
    from steamrec.scoring.artifact import Artifact, save_artifact

    context = make_context()
    spark = context.spark
    context.write(
        spark.createDataFrame(
            [(0, 1, 0, False), (1, 0, 1, False), (2, 0, 2, False), (3, 0, 3, False)],
            tables.TRAIN.ddl,
        ),
        tables.TRAIN,
    )
    held = [(0, 2), (1, 3), (2, 1), (3, 1)]
    context.write(spark.createDataFrame(held, tables.HOLDOUT.ddl), tables.HOLDOUT)
    negatives = [(0, [3, 2, 0]), (1, [2]), (2, [1])]  # user 2's own, user 3 has none
    context.write(
        spark.createDataFrame(negatives, tables.EVAL_NEGATIVES.ddl), tables.EVAL_NEGATIVES
    )
    scores = np.array([9, 8, 5, 5], np.float32)
    save_artifact(context.workspace, Artifact("popularity", {"popularity": scores}, 4, 4))
    items = [(item, str(item), "", 1) for item in range(4)]
    context.write(spark.createDataFrame(items, tables.ITEMS.ddl), tables.ITEMS)
    context.write(spark.createDataFrame([("z", [1])], tables.COLD_USERS.ddl), tables.COLD_USERS)
    rank.run(context, "popularity")
    assert context.read(tables.cold_ranks("popularity")).count() == 0  # one item is too few
    found = {
        (row.protocol, row.user): (row["rank"], row.candidates)
        for row in context.read(tables.ranks("popularity")).collect()
    }
    # Users 2 and 3 have no competitor of the held-out item: no sampled rank.
    # Item 0 is better than the held-out 2, item 3 ties with it and so counts against it.
    assert found == {
        ("sampled", 0): (3, 3),
        ("full", 0): (3, 3),
        ("sampled", 1): (2, 2),
        ("full", 1): (3, 3),
        ("full", 2): (1, 3),
        ("full", 3): (1, 3),
    }
