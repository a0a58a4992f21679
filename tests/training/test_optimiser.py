import numpy as np
import pytest

from steamrec.training.optimiser import BETA_1, BETA_2, EPSILON, FusedAdam
from steamrec.training.replicas import make_strategy
from steamrec.training.tensorflow_quiet import tf


def lazy_adam(table, steps, rate):
    """The obvious twin: each row that is touched moves by itself, one after the other."""
    table = table.astype(np.float64)
    mean, square = np.zeros_like(table), np.zeros_like(table)
    for number, (rows, values) in enumerate(steps, start=1):
        for row in sorted(set(rows)):
            gradient = values[[place for place, one in enumerate(rows) if one == row]].sum(0)
            mean[row] = BETA_1 * mean[row] + (1 - BETA_1) * gradient
            square[row] = BETA_2 * square[row] + (1 - BETA_2) * gradient**2
            correction = np.sqrt(1 - BETA_2**number) / (1 - BETA_1**number)
            table[row] -= rate * correction * mean[row] / (np.sqrt(square[row]) + EPSILON)
    return table


def apply(optimizer, strategy, gradient):
    """A step; the gradient is made on the replica's device, as the loop's are."""

    def step():
        optimizer.apply([tf.nest.map_structure(tf.identity, gradient, expand_composites=True)])

    tf.function(lambda: strategy.run(step))()


@pytest.mark.parametrize("seed", range(3))
def test_rows_of_a_table_move_as_lazy_adam_moves_them(seed):
    rng = np.random.default_rng(seed)
    start = rng.normal(size=(9, 3)).astype(np.float32)
    steps = [
        (rng.integers(0, 9, 5).tolist(), rng.normal(size=(5, 3)).astype(np.float32))
        for _ in range(6)
    ]
    strategy = make_strategy(1)
    with strategy.scope():
        table = tf.Variable(start)
        optimizer = FusedAdam([table], 0.1)
    for rows, values in steps:
        apply(optimizer, strategy, tf.IndexedSlices(values, tf.constant(rows), tf.constant((9, 3))))
    expected = lazy_adam(start, steps, 0.1)
    np.testing.assert_allclose(table.numpy(), expected, rtol=1e-4, atol=1e-5)


def test_touching_every_row_is_plain_adam():
    rng = np.random.default_rng(0)
    start = rng.normal(size=(4, 3)).astype(np.float32)
    strategy = make_strategy(1)
    with strategy.scope():
        dense, sparse = tf.Variable(start), tf.Variable(start)
        optimizers = FusedAdam([dense], 0.1, 10), FusedAdam([sparse], 0.1, 10)
    for _ in range(5):
        gradient = rng.normal(size=(4, 3)).astype(np.float32)
        order = rng.permutation(4).astype(np.int32)
        apply(optimizers[0], strategy, tf.constant(gradient))
        slices = tf.IndexedSlices(gradient[order], tf.constant(order), tf.constant((4, 3)))
        apply(optimizers[1], strategy, slices)
    np.testing.assert_allclose(dense.numpy(), sparse.numpy(), rtol=1e-5, atol=1e-6)
