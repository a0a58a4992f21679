import functools

import numpy as np
import pytest

from steamrec.errors import UsageError
from steamrec.models.settings import load_settings
from steamrec.training.losses import SoftmaxLoss
from steamrec.training.replicas import make_strategy
from steamrec.training.softmax import softmax_loss
from steamrec.training.stream import EpochStream
from steamrec.training.tensorflow_quiet import tf
from steamrec.training.trainer import Trainer
from tests.support.networks import build
from tests.training.conftest import ITEMS, USERS, training_rows, write_epoch


def slow_loss(user, item, shared, kernel, items, shared_items, shares, valid):
    """The sum of -log softmax, one positive after the other."""
    total = 0.0
    for row in range(len(user)):
        if not valid[row]:
            continue
        weighted = user[row] * kernel[:, 0]
        own = weighted @ item[row] - shares[items[row]]
        others = [
            weighted @ shared[place] - shares[other]
            for place, other in enumerate(shared_items)
            if other != items[row]
        ]
        total += np.log(np.exp([own, *others]).sum()) - own
    return total


def test_the_loss_and_its_gradient_are_those_of_the_slow_twin():
    rng = np.random.default_rng(0)
    user, item, shared = (rng.normal(size=(n, 3)) for n in (5, 5, 7))
    kernel, shares = rng.normal(size=(3, 1)), rng.normal(size=9)
    items, shared_items = rng.integers(0, 9, 5), rng.integers(0, 9, 7)
    valid = np.array([1, 1, 0, 1, 1])

    def expected(*arrays):
        return slow_loss(*arrays, items, shared_items, shares, valid) * 0.2

    def flat(array):
        return tf.constant(array, tf.float32)

    rows = {"user": flat(user), "item": flat(item), "shared": flat(shared)}
    ids = {
        "item": (tf.constant(items), flat(shares[items])),
        "shared": (tf.constant(shared_items), flat(shares[shared_items])),
    }
    loss, found, by_kernel = softmax_loss(rows, ids, flat(kernel), flat(valid), 0.2)
    arrays = [user, item, shared, kernel]
    assert float(loss) == pytest.approx(expected(*arrays), rel=1e-5)
    gradients = [found["user"], found["item"], found["shared"], by_kernel]
    for number, gradient in enumerate(gradients):
        slopes = np.zeros_like(arrays[number])
        for place in np.ndindex(slopes.shape):
            sides = []
            for step in (1e-5, -1e-5):
                moved = [array.copy() for array in arrays]
                moved[number][place] += step
                sides.append(expected(*moved))
            slopes[place] = (sides[0] - sides[1]) / 2e-5
        np.testing.assert_allclose(gradient, slopes, rtol=1e-3, atol=1e-4)


def test_it_learns_what_each_kind_owns(tmp_path, world):
    write_epoch(tmp_path / "epoch", training_rows(world, 3, 0), 2)
    counts = np.bincount(world[:, 1], minlength=ITEMS)
    trainer = Trainer(
        lambda: build("gmf", USERS, ITEMS), make_strategy(1), 0.02, batch=120,
        loss=functools.partial(
            SoftmaxLoss, log_shares=np.log(counts / counts.sum()).astype(np.float32)
        ),
    )  # fmt: skip
    for _ in range(40):
        with EpochStream(0, 120).epoch(f"file://{tmp_path}/epoch") as batches:
            trainer.epoch(batches, 4, lambda step, value: None)
    items = np.tile(np.arange(ITEMS, dtype=np.int32), (USERS, 1))
    logits = trainer.model([np.arange(USERS, dtype=np.int32), items]).numpy()
    right = items % 2 == np.arange(USERS)[:, None] % 2
    assert (np.where(right, logits, np.inf).min(1) > np.where(right, -np.inf, logits).max(1)).all()


def test_networks_without_a_dot_product_are_refused():
    with pytest.raises(UsageError, match=r"neumf has none; set train\.gmf\.loss"):
        load_settings(None, ["train.loss=softmax", 'train.models=["neumf"]'])
    settings = load_settings(None, ["train.gmf.loss=softmax"])
    assert settings.training("gmf").loss == "softmax"
    assert settings.training("mlp").loss == "log"
