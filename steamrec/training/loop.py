"""The compiled training loop: many batches a call, under the strategy."""

import math
from collections.abc import Callable
from typing import Any

from steamrec.errors import RunError
from steamrec.training.adam import FusedAdam
from steamrec.training.tensorflow_quiet import tf

STEPS_A_CALL = 64
MISSING = -1


class Trainer:
    """A network with its optimiser under a strategy.

    The loss is the notebook's: sigmoid cross entropy, the mean over the global batch's rows
    (positives and the negatives that could be drawn), however many replicas share the batch.
    """

    def __init__(
        self,
        build: Callable[[], Any],
        strategy: Any,
        learning_rate: float,
        total_steps: int = 0,
    ) -> None:
        self.strategy = strategy
        with strategy.scope():
            self.model = build()
            # Keras wraps each tf.Variable; the optimiser and the checkpoint take what is inside.
            self._weights = [weight.value for weight in self.model.trainable_weights]
            self.optimizer = FusedAdam(self._weights, learning_rate, total_steps)
        self._run = tf.function(self._steps, reduce_retracing=True)

    def epoch(self, batches: Any, steps: int, progress: Callable[[int, float], None]) -> float:
        """Train on `steps` batches of the dataset; returns the mean loss of a step.

        `progress` is told the steps done so far and the loss of late. Raises RunError when the
        loss is no longer a finite number.
        """
        iterator = iter(self.strategy.experimental_distribute_dataset(batches))
        total = 0.0
        for start in range(0, steps, STEPS_A_CALL):
            count = min(STEPS_A_CALL, steps - start)
            loss = float(self._run(iterator, tf.constant(count)))
            if not math.isfinite(loss):
                raise RunError(
                    f"The loss of {self.model.name} is {loss} in steps {start} to {start + count} "
                    "of the epoch; lower train.learning_rate. The last finished epoch is kept."
                )
            total += loss
            progress(start + count, loss / count)
        return total / steps

    def state(self) -> list[Any]:
        """All weights and optimiser slots as NumPy arrays, in a fixed order."""
        return [variable.numpy() for variable in self._variables()]

    def restore(self, arrays: list[Any]) -> None:
        """Set what `state` gave."""
        for variable, array in zip(self._variables(), arrays, strict=True):
            variable.assign(array)

    def _variables(self) -> list[Any]:
        return [*self._weights, *self.optimizer.state]

    def _steps(self, iterator: Any, count: Any) -> Any:
        total = tf.constant(0.0)
        for _ in tf.range(count):
            losses = self.strategy.run(self._step, args=next(iterator))
            total += self.strategy.reduce(tf.distribute.ReduceOp.SUM, losses, axis=None)
        return total

    def _step(self, users: Any, items: Any) -> Any:
        valid = tf.cast(items != MISSING, tf.float32)
        replica = tf.distribute.get_replica_context()
        rows = replica.all_reduce(tf.distribute.ReduceOp.SUM, tf.reduce_sum(valid))
        columns = tf.shape(items)[1]
        labels = tf.broadcast_to(tf.one_hot(0, columns), tf.shape(items))
        with tf.GradientTape() as tape:
            logits = self.model([users, tf.maximum(items, 0)], training=True)
            entropy = tf.nn.sigmoid_cross_entropy_with_logits(labels, logits)
            loss = tf.reduce_sum(entropy * valid) / rows
        # Dense gradients: at these batch sizes most of a table's rows are in every batch.
        gradients = [tf.convert_to_tensor(g) for g in tape.gradient(loss, self._weights)]
        self.optimizer.apply(gradients)
        return loss
