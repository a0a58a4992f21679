"""Ranking on Arrow batches, without Spark, against counting; every part may be empty."""

from itertools import product

import numpy as np
import pyarrow as pa
import pytest

from steamrec.data.pairs import Role, pair_key
from steamrec.errors import RunError
from steamrec.evaluation.rank_tasks import rank_batches
from steamrec.scoring.artifact import Artifact, save_artifact
from steamrec.workspace import Workspace

ITEMS, LONGEST = 8, 3
SCORES = np.array([5, 1, 7, 3, 3, 2, 8, 0], np.float32)
# Users 4 and 6 are of another batch; 5 has a held-out item and nothing else.
FITTED = [(0, 2), (0, 3), (1, 6), (3, 0), (4, 1), (6, 2)]
VALIDATION = [(0, 4), (3, 1), (6, 3)]
HOLDOUT = [(0, 1), (1, 7), (3, 5), (4, 0), (5, 6)]
NEGATIVES = [(0, 5), (0, 7), (1, 0), (1, 5), (3, 7), (5, 0)]
SIZE = 4


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    workspace = Workspace(str(tmp_path_factory.mktemp("models")))
    save_artifact(workspace, Artifact("popularity", {"popularity": SCORES}, 7, ITEMS))
    weights = np.random.default_rng(0).permutation(ITEMS**2).reshape(ITEMS, ITEMS)
    weights = (weights * (1 - np.eye(ITEMS))).astype(np.float32)
    save_artifact(workspace, Artifact("ease", {"weights": weights}, 7, ITEMS))
    return workspace.root


def record_batches(*parts):
    rows = sorted(
        (pair_key(user, role, item), user // SIZE)
        for role, pairs in zip(Role, parts, strict=True)
        for user, item in pairs
    )
    numbers = pa.array([batch for _, batch in rows], pa.int32())
    keys = pa.array([key for key, _ in rows], pa.int64())
    positions = pa.array([key % 7 for key, _ in rows], pa.int64())
    yield pa.RecordBatch.from_arrays([numbers, keys, positions], names=["batch", "key", "position"])


def ranked(root, model, *parts):
    found = {}
    for batch in rank_batches(record_batches(*parts), root, model, LONGEST):
        for row in batch.to_pylist():
            key = row["protocol"], row["user"]
            assert key not in found
            found[key] = row["rank"], row["candidates"], row["items"]
    return found


def scores_of(root, model, owned):
    if model == "popularity":
        return SCORES
    weights = np.load(f"{root}/models/ease/weights.npy")
    return weights[sorted(owned)].sum(axis=0)


def slowly(root, model, fitted, validation, holdout, negatives):
    """The same rows, pair by pair."""
    found = {}

    def rank(scores, target, others):
        return 1 + sum(scores[o] >= scores[target] for o in others), 1 + len(others)

    for user, item in holdout:
        owned = {i for u, i in (*fitted, *validation) if u == user}
        scores = scores_of(root, model, owned)
        sampled = [i for u, i in negatives if u == user]
        if sampled:  # the first of one says nothing of a model
            found["sampled", user] = (*rank(scores, item, sampled), [])
        free = [i for i in range(ITEMS) if i not in owned]
        best = sorted(free, key=lambda i: (-scores[i], i))[:LONGEST]
        found["full", user] = (*rank(scores, item, [i for i in free if i != item]), best)
    for user, item in validation:
        owned = {i for u, i in fitted if u == user}
        others = [i for i in range(ITEMS) if i not in owned and i != item]
        ranks = rank(scores_of(root, model, owned), item, others)
        found["validation", user] = (*ranks, [])
    return found


@pytest.mark.parametrize("model", ["popularity", "ease"])
@pytest.mark.parametrize("there", product([True, False], repeat=4))
def test_every_held_out_pair_is_ranked_whatever_part_is_empty(root, model, there):
    whole = (FITTED, VALIDATION, HOLDOUT, NEGATIVES)
    parts = [pairs if present else [] for pairs, present in zip(whole, there, strict=True)]
    assert ranked(root, model, *parts) == slowly(root, model, *parts)


@pytest.mark.parametrize("user", range(7))
def test_one_user_alone_is_ranked_as_among_others(root, user):
    whole = (FITTED, VALIDATION, HOLDOUT, NEGATIVES)
    parts = [[pair for pair in pairs if pair[0] == user] for pairs in whole]
    assert ranked(root, "ease", *parts) == slowly(root, "ease", *parts)


def test_a_user_who_owns_everything_else_has_no_competitors(root):
    fitted = [(2, item) for item in range(1, ITEMS)]
    found = ranked(root, "ease", fitted, [], [(2, 0)], [])
    assert found == {("full", 2): (1, 1, [0])}


def test_scores_that_are_not_finite_stop_the_ranking(tmp_path):
    workspace = Workspace(str(tmp_path))
    factors = {"user_factors": np.full((1, 1), 3e38, "f4"), "item_factors": np.ones((3, 1), "f4")}
    factors["item_factors"][1] = 10
    save_artifact(workspace, Artifact("gmf", factors, 1, 3))
    parts = ([(0, 0)], [], [(0, 1)], [(0, 2)])
    with np.errstate(over="ignore"), pytest.raises(RunError, match=r"'gmf'.*rank/gmf"):
        list(rank_batches(record_batches(*parts), workspace.root, "gmf", 3))
