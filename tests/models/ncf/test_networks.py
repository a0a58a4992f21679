import numpy as np
import pytest

from steamrec.data.user_batches import UserBatch
from steamrec.models.ncf.keras_scorer import KerasScorer
from steamrec.models.ncf.registry import find_network
from steamrec.models.registry import make_scorer
from steamrec.models.settings import load_settings
from steamrec.scoring.artifact import Artifact
from tests.support.networks import build

USERS, ITEMS = 12, 1500  # more items than one of the scorer's tiles


def network(name):
    model = build(name, USERS, ITEMS)
    rng = np.random.default_rng(0)
    for weight in model.weights:  # biases start at zero, which would hide a lost one
        weight.assign(rng.normal(0, 0.5, weight.shape))
    return model


def weights_of(model):
    return {weight.path.replace("/", "_"): weight.numpy() for weight in model.weights}


@pytest.mark.parametrize("name", ["gmf", "mlp", "neumf"])
def test_the_numpy_scorer_equals_the_network(name):
    model = network(name)
    users = np.array([3, 4, 9], np.int32)
    everything = np.tile(np.arange(ITEMS, dtype=np.int32), (3, 1))
    scorer = make_scorer(
        Artifact(name, find_network(name).scorer_arrays(weights_of(model)), USERS, ITEMS)
    )
    batch = UserBatch(0, users, np.zeros(4, np.int64), np.empty(0, np.int32))
    expected = model([users, everything]).numpy()
    np.testing.assert_allclose(scorer.scores(batch), expected, rtol=1e-4, atol=1e-4)


def test_neumf_is_the_notebooks_formula():
    """Written out for one pair: concatenated embeddings, a dense tower, one output."""
    model = network("neumf")
    weights = {weight.path: weight.numpy() for weight in model.weights}
    user, item = 5, 77
    gmf = weights["gmf_user/embeddings"][user] * weights["gmf_item/embeddings"][item]
    hidden = np.concatenate(
        [weights["mlp_user/embeddings"][user], weights["mlp_item/embeddings"][item]]
    )
    for layer in range(4):
        kernel, bias = weights[f"hidden_{layer}/kernel"], weights[f"hidden_{layer}/bias"]
        hidden = np.maximum(hidden @ kernel + bias, 0)
    both = np.concatenate([gmf, hidden])
    expected = both @ weights["output/kernel"][:, 0] + weights["output/bias"][0]
    found = model([np.array([user]), np.array([[item]])]).numpy()[0, 0]
    assert found == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize(
    ("name", "shapes"),
    [
        ("gmf", {"gmf_user": 8, "gmf_item": 8}),
        ("mlp", {"mlp_user": 32, "mlp_item": 32}),
        ("neumf", {"gmf_user": 8, "gmf_item": 8, "mlp_user": 32, "mlp_item": 32}),
    ],
)
def test_the_sizes_are_the_notebooks(name, shapes):
    model = network(name)
    found = {w.path: tuple(w.shape) for w in model.weights}
    for layer, width in shapes.items():
        assert found[f"{layer}/embeddings"] == (USERS if "user" in layer else ITEMS, width)
    if name != "gmf":
        kernels = [found[f"hidden_{layer}/kernel"] for layer in range(4)]
        assert kernels == [(64, 64), (64, 32), (32, 16), (16, 8)]


def test_the_seed_settles_the_first_weights():
    first, again = (build("neumf", USERS, ITEMS) for _ in range(2))
    other = build("neumf", USERS, ITEMS, seed=2)
    for one, two, three in zip(first.weights, again.weights, other.weights, strict=True):
        assert np.array_equal(one, two)
        assert not one.numpy().any() or not np.array_equal(one, three)


@pytest.mark.parametrize("name", ["gmf", "mlp", "neumf"])
def test_the_scorer_of_any_network_equals_the_one_of_its_own(name):
    settings = load_settings(None).network(name)
    arrays = find_network(name).scorer_arrays(weights_of(network(name)))
    artifact = Artifact(name, arrays, USERS, ITEMS, settings)
    users = np.array([3, 4, 9, 11], np.int32)
    batch = UserBatch(0, users, np.zeros(5, np.int64), np.empty(0, np.int32))
    expected = make_scorer(artifact).scores(batch)
    scorer = KerasScorer(artifact)
    found = scorer.scores(batch)
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-4)
    assert np.array_equal(found, scorer.scores(batch))
