"""Cold users' held-out items, against counting."""

import numpy as np
import pytest

from steamrec.data import tables
from steamrec.evaluation.cold import cold_figures, cold_split
from steamrec.pipeline.stages import rank
from steamrec.scoring.artifact import Artifact, save_artifact

ITEMS = 9
COLD = {"a": [3, 1], "b": [5], "c": [], "d": [8, 0, 4], "e": [2, 7], "f": [7, 2, 1, 0]}


@pytest.fixture
def context(make_context):
    context = make_context("evaluate.bootstrap=50")

    def write(table, rows):
        context.write(context.spark.createDataFrame(rows, table.ddl), table)

    write(tables.ITEMS, [(item, f"id {item}", "", 1) for item in range(ITEMS)])
    write(tables.COLD_USERS, list(COLD.items()))
    write(tables.TRAIN, [(0, 1, 0, False)])
    write(tables.HOLDOUT, [(0, 2)])
    write(tables.EVAL_NEGATIVES, [(0, [3])])
    weights = np.random.default_rng(0).permutation(ITEMS**2).reshape(ITEMS, ITEMS)
    weights = (weights * (1 - np.eye(ITEMS))).astype(np.float32)
    save_artifact(context.workspace, Artifact("ease", {"weights": weights}, 1, ITEMS))
    return context, weights, write


def held_out(context):
    """{the sorted known items: the held-out item}, which tells the users apart here."""
    known, held = cold_split(context)
    owned = {}
    for row in known.orderBy("user", "position").collect():
        owned.setdefault(row.user, []).append(row.item)
    return {tuple(owned[row.user]): row.item for row in held.collect()}, held.count()


def test_each_cold_user_with_two_items_has_one_ranked_given_the_rest(context):
    context, weights, write = context
    split, users = held_out(context)
    assert users == 4
    for rest, item in split.items():
        library = next(own for own in COLD.values() if {*own} == {*rest, item})
        assert list(rest) == [other for other in library if other != item]  # in its order
    rank.run(context, "ease")
    found = context.read(tables.cold_ranks("ease")).collect()
    slowly = []
    for rest, item in split.items():
        scores = weights[list(rest)].sum(axis=0)
        others = [other for other in range(ITEMS) if other not in (*rest, item)]
        slowly.append((1 + sum(scores[others] >= scores[item]), 1 + len(others)))
    assert sorted((row["rank"], row.candidates) for row in found) == sorted(slowly)
    figures = cold_figures(context, ["gmf", "ease"], [1, 20])
    assert {(row["metric"], row["k"]) for row in figures} == {
        (metric, k) for metric in ("hr", "ndcg", "mrr") for k in (1, 20)
    }
    assert [row["value"] for row in figures if (row["metric"], row["k"]) == ("hr", 20)] == [1.0]
    assert {row["users"] for row in figures} == {4}
    # What is held out depends on the seed and the ids, not on who else there is.
    write(tables.COLD_USERS, [("0", [6, 5]), *list(COLD.items())[3:]])
    fewer, _ = held_out(context)
    assert {rest: item for rest, item in split.items() if len(rest) >= 2}.items() <= fewer.items()


def test_without_cold_users_there_are_no_figures(context):
    context, _, write = context
    write(tables.COLD_USERS, [("b", [5]), ("c", [])])
    rank.run(context, "ease")
    assert cold_figures(context, ["ease"], [10]) == []
