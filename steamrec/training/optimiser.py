"""Adam (Kingma, Ba, ICLR 2015) under a strategy, whose cost follows the batch, not the tables.

Keras writes Adam as a dozen elementwise operations, each a pass over the embedding tables; at
the batch sizes here that took twice as long as the gradients. Layers, and tables of which a
batch may touch every row, take one pass in TensorFlow's fused kernel. Of a larger table only the
rows in the batch are read and written (lazy Adam): the moments of the others wait.
"""

import math
from collections.abc import Sequence
from typing import Any

from steamrec.training.tensorflow_quiet import tf

BETA_1, BETA_2, EPSILON = 0.9, 0.999, 1e-7


class FusedAdam:
    """Adam over `variables` (tf.Variable), made inside the strategy's scope.

    With `total_steps` the rate falls from `learning_rate` to 0 along half a cosine
    (Loshchilov, Hutter, ICLR 2017); with 0 it stays.
    """

    def __init__(
        self, variables: Sequence[Any], learning_rate: float, total_steps: int = 0
    ) -> None:
        self._variables = list(variables)
        self._learning_rate, self._total_steps = learning_rate, total_steps
        self._steps = tf.Variable(0, dtype=tf.int64, trainable=False, name="steps")
        self._first = [tf.Variable(tf.zeros_like(v), trainable=False) for v in variables]
        self._second = [tf.Variable(tf.zeros_like(v), trainable=False) for v in variables]

    @property
    def state(self) -> list[Any]:
        """The optimiser's own variables, in a fixed order."""
        return [self._steps, *self._first, *self._second]

    def apply(self, gradients: Sequence[Any]) -> None:
        """Take one step; called in each replica with its own gradients, which are summed.

        A gradient is dense, or tf.IndexedSlices, in which an index may stand more than once.
        """
        tf.distribute.get_replica_context().merge_call(self._apply, args=(list(gradients),))

    def _apply(self, strategy: Any, gradients: list[Any]) -> None:
        summed = strategy.extended.batch_reduce_to(
            tf.distribute.ReduceOp.SUM, list(zip(gradients, self._variables, strict=True))
        )
        strategy.extended.update(self._steps, lambda steps: steps.assign_add(1))
        slots = zip(self._variables, self._first, self._second, summed, strict=True)
        for variable, first, second, gradient in slots:
            strategy.extended.update(
                variable, self._kernel, args=(first, second, gradient, self._steps)
            )

    def _rate(self, taken: Any) -> Any:
        if not self._total_steps:
            return tf.constant(self._learning_rate)
        progress = tf.minimum((taken - 1) / self._total_steps, 1.0)
        return self._learning_rate * 0.5 * (1 + tf.cos(math.pi * progress))

    def _kernel(self, variable: Any, first: Any, second: Any, gradient: Any, steps: Any) -> None:
        taken = tf.cast(steps, tf.float32)
        if isinstance(gradient, tf.IndexedSlices):
            self._update_rows(variable, first, second, gradient, taken)
            return
        tf.raw_ops.ResourceApplyAdam(
            var=variable.handle,
            m=first.handle,
            v=second.handle,
            beta1_power=tf.pow(BETA_1, taken),
            beta2_power=tf.pow(BETA_2, taken),
            lr=self._rate(taken),
            beta1=tf.constant(BETA_1),
            beta2=tf.constant(BETA_2),
            epsilon=tf.constant(EPSILON),
            grad=gradient,
        )

    def _update_rows(
        self, variable: Any, first: Any, second: Any, gradient: Any, taken: Any
    ) -> None:
        rows, place = tf.unique(gradient.indices)
        summed = tf.math.unsorted_segment_sum(gradient.values, place, tf.size(rows))
        mean = BETA_1 * _gathered(first, rows) + (1 - BETA_1) * summed
        square = BETA_2 * _gathered(second, rows) + (1 - BETA_2) * tf.square(summed)
        correction = tf.sqrt(1 - tf.pow(BETA_2, taken)) / (1 - tf.pow(BETA_1, taken))
        change = self._rate(taken) * correction * mean / (tf.sqrt(square) + EPSILON)
        row = _gathered(variable, rows) - change
        for slot, values in ((first, mean), (second, square), (variable, row)):
            tf.raw_ops.ResourceScatterUpdate(resource=slot.handle, indices=rows, updates=values)


def _gathered(variable: Any, rows: Any) -> Any:
    """Rows of a variable, straight from its memory: tf.gather would copy the table first."""
    return tf.raw_ops.ResourceGather(resource=variable.handle, indices=rows, dtype=variable.dtype)
