import functools
import json
import os
import subprocess
import sys

import numpy as np
import pytest

from steamrec.training.replicas import make_strategy
from steamrec.training.stream import EpochStream
from steamrec.training.tensorflow_quiet import keras, tf
from steamrec.training.trainer import Trainer
from tests.support.networks import build
from tests.training.conftest import ITEMS, USERS, training_rows, write_epoch


def trainer(name="gmf", rate=0.05):
    return Trainer(lambda: build(name, USERS, ITEMS), make_strategy(1), rate)


def dataset(rows):
    pairs = (rows[:, 0], rows[:, 1:])
    return tf.data.Dataset.from_tensors(pairs)


def trained(epoch, replicas, batch, cores=2):
    """What tests.training.losses prints, on so many cores."""
    command = [
        sys.executable,
        "-m",
        "tests.training.losses",
        str(epoch),
        str(replicas),
        str(batch),
    ]
    on_cores = functools.partial(os.sched_setaffinity, 0, range(cores))
    run = subprocess.run(command, capture_output=True, text=True, check=True, preexec_fn=on_cores)
    return json.loads(run.stdout.splitlines()[-1])


# Odd batches split unevenly; the small one touches a part of the users only.
@pytest.mark.parametrize("batch", [101, 13])
def test_two_replicas_give_the_losses_of_one(tmp_path, world, batch):
    write_epoch(tmp_path / "epoch", training_rows(world, 3, 0), 3)
    one, two = (trained(tmp_path / "epoch", replicas, batch) for replicas in (1, 2))
    assert len(one["losses"]) == 3
    np.testing.assert_allclose(one["losses"], two["losses"], rtol=1e-5)
    np.testing.assert_allclose(one["weights"], two["weights"], rtol=1e-4)


def test_the_bits_do_not_hang_on_the_number_of_cores(tmp_path):
    """On batches that the cores share, of many micro-batches."""
    rng = np.random.default_rng(3)
    users = rng.integers(0, USERS, (60_000, 1))
    rows = np.column_stack([users, rng.integers(0, ITEMS, (60_000, 4))]).astype(np.int32)
    write_epoch(tmp_path / "epoch", rows, 2)
    one, two = (trained(tmp_path / "epoch", 1, 12_000, cores) for cores in (1, 2))
    assert one["losses"] == two["losses"]
    assert one["bits"] == two["bits"]


def test_a_step_is_adams(world):
    """The fused step against Keras's Adam on the same loss."""
    rows = training_rows(world, 3, 0)
    ours = trainer("mlp", 0.01)
    theirs = build("mlp", USERS, ITEMS)
    theirs.set_weights(ours.model.get_weights())
    optimizer = keras.optimizers.Adam(0.01)
    for _ in range(5):
        ours.epoch(dataset(rows), 1, lambda step, loss: None)
        with tf.GradientTape() as tape:
            logits = theirs([rows[:, 0], rows[:, 1:]])
            labels = np.zeros(logits.shape, np.float32)
            labels[:, 0] = 1
            loss = tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(labels, logits))
        # Dense: Keras squares the slices of a repeated row one by one.
        gradients = map(tf.convert_to_tensor, tape.gradient(loss, theirs.trainable_variables))
        optimizer.apply(list(gradients), theirs.trainable_variables)
    for one, other in zip(ours.model.weights, theirs.weights, strict=True):
        np.testing.assert_allclose(one, other, rtol=2e-3, atol=1e-3)


def test_missing_negatives_do_not_count(world):
    rows = training_rows(world, 2, 0)
    padded = np.column_stack([rows, np.full((len(rows), 2), -1, np.int32)])
    plain, masked = trainer(), trainer()
    assert plain.epoch(dataset(rows), 1, lambda s, x: None) == pytest.approx(
        masked.epoch(dataset(padded), 1, lambda s, x: None), rel=1e-6
    )
    for one, other in zip(plain.state(), masked.state(), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("name", ["gmf", "mlp", "neumf"])
def test_it_learns_what_each_kind_owns(tmp_path, world, name):
    write_epoch(tmp_path / "epoch", training_rows(world, 3, 0), 2)
    learner = trainer(name, 0.02)
    for _ in range(30):
        with EpochStream(3, 120).epoch(f"file://{tmp_path}/epoch") as batches:
            loss = learner.epoch(batches, 4, lambda step, value: None)
    assert loss < 0.1
    items = np.tile(np.arange(ITEMS, dtype=np.int32), (USERS, 1))
    logits = learner.model([np.arange(USERS, dtype=np.int32), items]).numpy()
    right = items % 2 == np.arange(USERS)[:, None] % 2
    # Every user's own kind stands above the other, also the items never seen with that user.
    assert (np.where(right, logits, np.inf).min(1) > np.where(right, -np.inf, logits).max(1)).all()


def test_the_state_is_the_whole_state(world):
    """Going on from a saved state gives the bits of never having stopped."""
    rows = training_rows(world, 3, 0)
    straight, stopped, resumed = trainer("neumf"), trainer("neumf"), trainer("neumf")
    for _ in range(4):
        straight.epoch(dataset(rows), 1, lambda step, loss: None)
    for _ in range(2):
        stopped.epoch(dataset(rows), 1, lambda step, loss: None)
    resumed.restore(stopped.state())
    for _ in range(2):
        resumed.epoch(dataset(rows), 1, lambda step, loss: None)
    for one, other in zip(straight.state(), resumed.state(), strict=True):
        assert np.array_equal(one, other)
