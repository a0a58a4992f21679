"""The re-ranker's network and its training: a softmax over each user's candidates.

The loss is the listwise softmax (Cao et al., Learning to rank: from pairwise approach to listwise
approach, ICML 2007, top one): minus the log of the target's share among the candidates.
"""

import math
from typing import Any

from steamrec.errors import NumericalError
from steamrec.training.optimiser import FusedAdam
from steamrec.training.tensorflow_quiet import keras, tf

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


class ListwiseTrainer:
    """The network with its optimiser under a strategy."""

    def __init__(
        self, width: int, hidden: tuple[int, ...], seed: int, strategy: Any, rate: float, steps: int
    ) -> None:
        self.strategy = strategy
        with strategy.scope():
            self.model = build_ranker(width, hidden, seed)
            self._weights = [weight.value for weight in self.model.trainable_weights]
            self.optimizer = FusedAdam(self._weights, rate, steps)
        self._run = tf.function(self._distributed, reduce_retracing=True)

    def epoch(self, batches: Any) -> float:
        """Train on all batches, float32 [b, c, width + 1] with `valid` last; the mean loss.

        Raises NumericalError when the loss is no finite number.
        """
        total, users = 0.0, 0
        for batch in batches:
            count = int(batch.shape[0])
            loss = float(self._run(batch, tf.constant(float(count))))
            if not math.isfinite(loss):
                raise NumericalError(
                    f"train/ranker: the loss is {loss}; lower train.ranker.learning_rate. "
                    "The last finished epoch is kept."
                )
            total, users = total + loss * count, users + count
        return total / max(users, 1)

    def arrays(self) -> dict[str, Any]:
        """The layers as plain arrays."""
        return {weight.path.replace("/", "_"): weight.numpy() for weight in self.model.weights}

    def state(self) -> list[Any]:
        """All weights and optimiser slots as NumPy arrays, in a fixed order."""
        return [variable.numpy() for variable in (*self._weights, *self.optimizer.state)]

    def named_state(self) -> dict[str, Any]:
        """As `state`, each array under a name that a reader of an error understands."""
        names = [weight.path for weight in self.model.trainable_weights]
        slots = [f"Adam's {moment} moment of {name}" for moment in (1, 2) for name in names]
        return dict(zip([*names, "the number of steps", *slots], self.state(), strict=True))

    def restore(self, arrays: list[Any]) -> None:
        """Set what `state` gave."""
        variables = (*self._weights, *self.optimizer.state)
        for variable, array in zip(variables, arrays, strict=True):
            variable.assign(array)

    def _distributed(self, batch: Any, users: Any) -> Any:
        replicas = self.strategy.num_replicas_in_sync
        shares = self.strategy.experimental_distribute_values_from_function(
            lambda context: batch[context.replica_id_in_sync_group :: replicas]
        )
        losses = self.strategy.run(self._step, args=(shares, users))
        return self.strategy.reduce(tf.distribute.ReduceOp.SUM, losses, axis=None)

    def _step(self, batch: Any, users: Any) -> Any:
        table, valid = batch[:, :, :-1], batch[:, :, -1]
        with tf.GradientTape() as tape:
            logits = tf.where(valid > 0, self.model(table, training=True), INVALID)
            losses = tf.reduce_logsumexp(logits, axis=1) - logits[:, 0]
            loss = tf.reduce_sum(losses) / users
        gradients = [tf.convert_to_tensor(g) for g in tape.gradient(loss, self._weights)]
        self.optimizer.apply(gradients)
        return loss
