"""The re-ranker's network and its training: a softmax over each user's candidates.

The loss is the listwise softmax (Cao et al., Learning to rank: from pairwise approach to listwise
approach, ICML 2007, top one): minus the log of the target's share among the candidates.
"""

import math
from collections.abc import Callable
from typing import Any

from steamrec.training.tensorflow_quiet import keras, tf
from steamrec.training.trained_network import TrainedNetwork

INVALID = -1e9


def build_ranker(width: int, hidden: tuple[int, ...], seed: int) -> Any:
    """A keras.Model from float32 [b, c, width] features to logits [b, c]."""
    table = keras.Input((None, width), dtype="float32", name="features")
    layer = table
    for number, units in enumerate((*hidden, 1)):
        layer = keras.layers.Dense(
            units,
            "relu" if number < len(hidden) else None,
            kernel_initializer=keras.initializers.GlorotUniform(seed=1_000 * seed + number),
            name=f"layer_{number}",
        )(layer)
    return keras.Model(table, keras.ops.squeeze(layer, axis=-1), name="ranker")


class ListwiseTrainer(TrainedNetwork):
    """The network with its optimiser under a strategy."""

    def __init__(
        self, width: int, hidden: tuple[int, ...], seed: int, strategy: Any, rate: float, steps: int
    ) -> None:
        super().__init__(lambda: build_ranker(width, hidden, seed), strategy, rate, steps)
        self._run = tf.function(self._distributed, reduce_retracing=True)

    def epoch(
        self, batches: Any, progress: Callable[[int, float], None] = lambda users, loss: None
    ) -> float:
        """Train on all batches, float32 [b, c, width + 1] with `valid` last; the mean loss.

        `progress` is told the users done so far and the last loss. Stops at a loss that is not
        finite, and returns it.
        """
        total, users = 0.0, 0
        for batch in batches:
            count = int(batch.shape[0])
            loss = float(self._run(batch, tf.constant(float(count))))
            if not math.isfinite(loss):
                return loss
            total, users = total + loss * count, users + count
            progress(users, loss)
        return total / max(users, 1)

    def _distributed(self, batch: Any, users: Any) -> Any:
        replicas = self.strategy.num_replicas_in_sync
        shares = self.strategy.experimental_distribute_values_from_function(
            lambda context: batch[context.replica_id_in_sync_group :: replicas]
        )
        losses = self.strategy.run(self._step, args=(shares, users))
        return self.strategy.reduce(tf.distribute.ReduceOp.SUM, losses, axis=None)

    def _step(self, batch: Any, users: Any) -> Any:
        table, valid = batch[:, :, :-1], batch[:, :, -1]
        weights = list(self._weights.values())
        with tf.GradientTape() as tape:
            logits = tf.where(valid > 0, self.model(table, training=True), INVALID)
            losses = tf.reduce_logsumexp(logits, axis=1) - logits[:, 0]
            loss = tf.reduce_sum(losses) / users
        gradients = [tf.convert_to_tensor(g) for g in tape.gradient(loss, weights)]
        self.optimizer.apply(gradients)
        return loss
