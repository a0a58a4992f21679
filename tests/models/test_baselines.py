import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from steamrec.data import tables
from steamrec.data.user_batches import UserBatch
from steamrec.models import als, popularity
from steamrec.models.ease import fit as ease
from steamrec.models.ease import gram_parts
from steamrec.models.ease.dense import ease_weights
from steamrec.models.registry import make_scorer
from steamrec.scoring.artifact import Artifact, load_artifact, save_artifact

USERS, ITEMS = 40, 9


@pytest.fixture
def world(make_context):
    rng = np.random.default_rng(1)
    owned = rng.random((USERS, ITEMS)) < 0.4
    owned[:, 0] = True
    context = make_context("train.als.factors=4", "train.als.iterations=2")
    pairs = [
        (int(u), int(i), int(i), bool(u == 3 and i == 0))
        for u, i in zip(*owned.nonzero(), strict=True)
    ]
    frame = context.spark.createDataFrame(pairs, tables.TRAIN.ddl)
    context.write(frame.repartition(5), tables.TRAIN)
    users = [(u, f"u{u}", int(owned[u].sum())) for u in range(USERS)]
    context.write(context.spark.createDataFrame(users, tables.USERS.ddl), tables.USERS)
    items = [(i, str(i), f"Game {i}", int(owned[:, i].sum())) for i in range(ITEMS)]
    context.write(context.spark.createDataFrame(items, tables.ITEMS.ddl), tables.ITEMS)
    owned[3, 0] = False  # the validation pair is not fitted on
    return context, owned.astype(float)


def everybody(owned):
    users = np.arange(USERS, dtype=np.int32)
    indptr = np.concatenate([[0], np.cumsum(owned.sum(1))]).astype(np.int64)
    return UserBatch(0, users, indptr, owned.nonzero()[1].astype(np.int32))


def test_popularity_counts_the_owners_fitted_on(world):
    context, owned = world
    artifact = popularity.fit(context)
    assert artifact.arrays["popularity"].tolist() == owned.sum(0).tolist()
    scores = make_scorer(artifact).scores(everybody(owned))
    assert (scores == owned.sum(0)).all()


def test_the_gram_matrix_leaves_unowned_items_empty(world):
    context, owned = world
    train = context.read(tables.TRAIN).where("not validation")
    gram = gram_parts.gram_matrix(context, train, 1_300)
    assert not context.workspace.exists("scratch/gram")
    assert (gram[:ITEMS, :ITEMS] == owned.T @ owned).all()
    assert gram.sum() == (owned.T @ owned).sum()


def test_the_gram_matrix_is_summed_over_batches(world, monkeypatch):
    context, owned = world
    train = context.read(tables.TRAIN).where("not validation")
    monkeypatch.setattr(gram_parts, "USERS_PER_BATCH", 7)
    assert (gram_parts.gram_matrix(context, train, ITEMS) == owned.T @ owned).all()


def slow_ease(owned, regularization):
    """Steck's regression, item by item: the others' best weights under the penalty."""
    items = owned.shape[1]
    weights = np.zeros((items, items))
    for item in range(items):
        others = [other for other in range(items) if other != item]
        x = owned[:, others]
        gram = x.T @ x + regularization * np.eye(items - 1)
        weights[others, item] = np.linalg.solve(gram, x.T @ owned[:, item])
    return weights


def test_ease_is_ridge_regression_on_all_other_items(world):
    context, owned = world
    artifact = ease.fit(context)
    np.testing.assert_allclose(
        artifact.arrays["weights"], slow_ease(owned, 100.0), rtol=1e-3, atol=1e-5
    )
    scores = make_scorer(artifact).scores(everybody(owned))
    np.testing.assert_allclose(scores, owned @ slow_ease(owned, 100.0), rtol=1e-3, atol=1e-4)


@settings(deadline=None)
@given(st.integers(0, 10_000), st.floats(1.0, 500.0))
def test_ease_weights_for_any_gram_matrix(seed, regularization):
    owned = (np.random.default_rng(seed).random((30, 7)) < 0.5).astype(float)
    found = ease_weights((owned.T @ owned).astype(np.float32), regularization)
    expected = slow_ease(owned, np.float32(regularization))
    np.testing.assert_allclose(found, expected, rtol=1e-2, atol=1e-4)


def test_als_gives_factors_to_all(world):
    context, owned = world
    artifact = als.fit(context)
    assert artifact.arrays["user_factors"].shape == (USERS, 4)
    assert artifact.arrays["item_factors"].shape == (ITEMS, 4)
    scores = make_scorer(artifact).scores(everybody(owned))
    assert scores[owned > 0].mean() > scores[owned == 0].mean() + 0.1


def random_artifact(name):
    rng = np.random.default_rng(0)

    def array(*shape):
        return rng.normal(size=shape).astype(np.float32)

    arrays = {
        "popularity": {"popularity": array(ITEMS)},
        "ease": {"weights": array(ITEMS, ITEMS)},
        "als": {"user_factors": array(USERS, 4), "item_factors": array(ITEMS, 4)},
        "gmf": {"user_factors": array(USERS, 4), "item_factors": array(ITEMS, 4),
                "item_bias": array(ITEMS)},
    }  # fmt: skip
    tower = {
        "mlp_user_embeddings": array(USERS, 6), "mlp_item_embeddings": array(ITEMS, 6),
        "hidden_0_kernel": array(12, 5), "hidden_0_bias": array(5),
        "hidden_1_kernel": array(5, 3), "hidden_1_bias": array(3), "output_bias": array(1),
    }  # fmt: skip
    arrays["mlp"] = tower | {"output_kernel": array(3, 1)}
    arrays["neumf"] = tower | {
        "output_kernel": array(5, 1),
        "gmf_user_embeddings": array(USERS, 2),
        "gmf_item_embeddings": array(ITEMS, 2),
    }
    return Artifact(name, arrays[name], USERS, ITEMS)


MODELS = ["popularity", "ease", "als", "gmf", "mlp", "neumf"]


@pytest.mark.parametrize("name", MODELS)
def test_every_scorer_keeps_the_contract(name):
    scorer = make_scorer(random_artifact(name))
    owned = (np.random.default_rng(2).random((USERS, ITEMS)) < 0.4).astype(float)
    batch = everybody(owned)
    scores = scorer.scores(batch)
    assert scores.shape == (USERS, ITEMS)
    assert scores.dtype == np.float32
    assert np.isfinite(scores).all()
    assert np.array_equal(scores, scorer.scores(batch))
    for user in range(0, USERS, 7):
        low, high = batch.indptr[user : user + 2]
        alone = UserBatch(0, batch.users[user : user + 1], np.array([0, high - low]),
                      batch.indices[low:high])  # fmt: skip
        np.testing.assert_allclose(scorer.scores(alone)[0], scores[user], rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", MODELS)
def test_artifacts_come_back_and_damage_is_named(make_context, name):
    from steamrec.errors import RunError

    workspace = make_context().workspace
    artifact = random_artifact(name)
    save_artifact(workspace, artifact)
    found = load_artifact(workspace, name)
    assert found.content_hash == artifact.content_hash
    array = sorted(artifact.arrays)[0]
    content = workspace.read_bytes(f"models/{name}/{array}.npy")
    workspace.write_bytes(f"models/{name}/{array}.npy", content[:-1] + b"\x7f")
    with pytest.raises(RunError, match=f"models/{name} is damaged"):
        load_artifact(workspace, name)
    workspace.remove(f"models/{name}/{array}.npy")
    with pytest.raises(RunError, match="lacks a file"):
        load_artifact(workspace, name)
