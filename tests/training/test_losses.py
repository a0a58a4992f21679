import numpy as np
import pytest

from steamrec.sampling.negatives import MISSING
from steamrec.training.replicas import make_strategy
from steamrec.training.tensorflow_quiet import tf
from steamrec.training.trainer import Trainer
from tests.support.networks import build
from tests.training.conftest import ITEMS, USERS


def network(name):
    model = build(name, USERS, ITEMS)
    rng = np.random.default_rng(0)
    for weight in model.weights:  # zero biases and small weights would hide a lost term
        weight.assign(rng.normal(0, 0.5, weight.shape))
    return model


@pytest.mark.parametrize("batch", [128, 32768])  # one micro-batch, and four
@pytest.mark.parametrize("name", ["gmf", "mlp", "neumf"])
def test_the_gradient_is_what_the_tape_finds(name, batch):
    rng = np.random.default_rng(1)
    users = rng.integers(0, USERS, 37).astype(np.int32)
    items = rng.integers(0, ITEMS, (37, 4)).astype(np.int32)
    valid = np.ones((37, 4), np.float32)
    valid[3, 2:] = valid[20, 1] = 0
    trainer = Trainer(lambda: network(name), make_strategy(1), 0.01, batch=batch)
    given = tf.constant(np.where(valid > 0, items, MISSING).astype(np.int32))
    loss, gradients = trainer._gradients(tf.constant(users), given)
    with tf.GradientTape() as tape:
        logits = trainer.model([users, items])
        labels = np.zeros((37, 4), np.float32)
        labels[:, 0] = 1
        entropy = tf.nn.sigmoid_cross_entropy_with_logits(labels, logits)
        expected = tf.reduce_sum(entropy * valid) / valid.sum()
    weights = [weight.value for weight in trainer.model.trainable_weights]
    assert float(loss) == pytest.approx(float(expected), rel=1e-5)
    for ours, theirs in zip(gradients, tape.gradient(expected, weights), strict=True):
        np.testing.assert_allclose(ours, tf.convert_to_tensor(theirs), rtol=1e-3, atol=1e-6)
