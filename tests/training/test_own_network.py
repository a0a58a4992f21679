"""A network that the library does not know: docs/adding-a-network.md, followed step by step."""

import json
import sys
import types

import numpy as np
import pandas as pd
import pytest

from steamrec.data.context import Context
from steamrec.data.user_batches import UserBatch
from steamrec.errors import UsageError
from steamrec.models import registry
from steamrec.models.registry import make_scorer
from steamrec.models.settings import load_settings
from steamrec.scoring.artifact import load_artifact, save_artifact
from steamrec.training import fit
from steamrec.training.fit import fit_network
from steamrec.training.split_network import SplitNetwork
from steamrec.training.tensorflow_quiet import keras
from steamrec.training.validation import ValidationSet
from steamrec.tuning.search import search_space
from steamrec.workspace import Receipt, Workspace
from steamrec.workspace.receipts import Basis
from tests.docs.pages import fences
from tests.training.conftest import ITEMS, USERS, training_rows, write_epoch

CODE, SPEC = (fence.text for fence in fences("python") if fence.page == "adding-a-network.md")
MODULE = "steamrec.models.ncf.bilinear"


@pytest.fixture
def registered(monkeypatch):
    module = types.ModuleType(MODULE)
    monkeypatch.setitem(sys.modules, MODULE, module)
    exec(compile(CODE, "adding-a-network.md", "exec"), vars(module))
    spec = eval(SPEC, {"ModelSpec": registry.ModelSpec})
    monkeypatch.setitem(registry.MODELS, spec.name, spec)
    return module


def test_it_trains_validates_scores_and_is_read_again(tmp_path, world, registered, monkeypatch):
    workspace = Workspace(str(tmp_path))
    for epoch in range(8):
        write_epoch(tmp_path / f"negatives/train/epoch={epoch}", training_rows(world, 4, epoch), 2)
    Receipt("sample", Basis(), {}, {}, {"rows_per_epoch": len(world)}).save(workspace)
    overrides = ["train.epochs=8", "train.batch_size=480", "train.bilinear.learning_rate=0.05"]
    settings = load_settings(None, ['train.models=["bilinear"]', *overrides])
    assert settings.networks() == ["bilinear"]
    assert set(search_space("bilinear")) == {"learning_rate"}
    context = Context(settings, workspace)
    users, items = (np.array([f"{kind}{n}" for n in range(count)], object)
                    for kind, count in (("u", USERS), ("i", ITEMS)))  # fmt: skip
    validation = validation_of(world)
    # What Spark would read from the tables.
    monkeypatch.setattr(fit, "ids_of", lambda context: {"user": users, "item": items})
    monkeypatch.setattr(fit, "load_validation", lambda context: validation)
    monkeypatch.setattr(fit, "checkpoint_key", lambda *parts: json.dumps(str(parts)))
    artifact = fit_network(context, "bilinear")
    # Each user has two items of the own kind left: the validation item must be among the first two.
    assert artifact.curve[-1]["validation_ndcg"] > 0.6
    save_artifact(workspace, artifact)
    found = load_artifact(workspace, "bilinear", with_ids=True)
    assert found.ids["user"].tolist() == users.tolist()
    scorer = make_scorer(found)
    assert max(entry["validation_ndcg"] for entry in artifact.curve) == validation.ndcg(scorer)
    batch = validation.batches[0][0]
    model = registered.build(USERS, ITEMS, registered.BilinearSettings(), 1)
    for weight in model.weights:
        weight.assign(found.arrays[weight.path.replace("/", "_")])
    everything = np.tile(np.arange(ITEMS, dtype=np.int32), (len(batch.users), 1))
    expected = model([batch.users, everything]).numpy()
    np.testing.assert_allclose(scorer.scores(batch), expected, rtol=1e-4, atol=1e-5)


def validation_of(world):
    owned = pd.DataFrame(world, columns=["user", "item"]).sort_values(["user", "item"])
    users = np.arange(USERS, dtype=np.int32)
    indptr = np.searchsorted(owned["user"], np.arange(USERS + 1)).astype(np.int64)
    batch = UserBatch(0, users, indptr, owned["item"].to_numpy(np.int32))
    parts = [owned["item"][owned["user"] == user] for user in users]
    targets = [
        np.setdiff1d(np.arange(user % 2, ITEMS, 2), part)[0] for user, part in enumerate(parts)
    ]
    return ValidationSet([(batch, np.array(targets, np.int32))])


def altered(change):
    user = keras.Input((), dtype="int32", name="user")
    item = keras.Input((None,), dtype="int32", name="items")
    return change(user, item)


def dropped(user, item):
    rows = keras.layers.Dropout(0.5)(keras.layers.Embedding(5, 4)(user))
    return keras.Model(
        [user, item], keras.layers.Dot((2, 1))([keras.layers.Embedding(5, 4)(item), rows])
    )


def regularized(user, item):
    rows = keras.layers.Embedding(5, 4, embeddings_regularizer="l2")(user)
    return keras.Model(
        [user, item], keras.layers.Dot((2, 1))([keras.layers.Embedding(5, 4)(item), rows])
    )


def used_otherwise(user, item):
    rows = keras.layers.Embedding(5, 4)(user)
    logits = keras.layers.Dot((2, 1))([keras.layers.Embedding(5, 4)(item), rows])
    return keras.Model([user, item], logits + keras.ops.cast(item, "float32"))


def shared(user, item):
    layer = keras.layers.Embedding(5, 4)
    return keras.Model([user, item], keras.layers.Dot((2, 1))([layer(item), layer(user)]))


def one_logit(user, item):
    rows = keras.layers.Embedding(5, 1)(user)
    return keras.Model([user, item], rows[:, 0])


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (dropped, "state that is not trained"),
        (regularized, "a regularizer or constraint on .*embedding"),
        (used_otherwise, "users or items other than through embedding layers"),
        (shared, "other than through embedding layers called once"),
        (one_logit, "must map users"),
    ],
)
def test_what_the_training_would_pass_over_is_refused(change, fault):
    with pytest.raises(UsageError, match=fault):
        SplitNetwork(altered(change))
