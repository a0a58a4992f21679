"""The compiled training steps of a network: many batches per call, under the strategy."""

import math
from collections.abc import Callable
from typing import Any

from steamrec.sampling.negatives import MISSING
from steamrec.training.losses import Cuts, LogLoss, Loss
from steamrec.training.split_network import SplitNetwork
from steamrec.training.tensorflow_quiet import tf
from steamrec.training.trained_network import TrainedNetwork

CALL_ROWS = 2_000_000


class Trainer(TrainedNetwork):
    """A network with its loss and optimiser under a strategy.

    `build` returns the keras.Model (steamrec.models.ncf.registry.Network). `loss` makes the loss
    from the network and `batch`, the pairs of a global batch; this also decides how the work is
    cut, and of which tables a step touches the batch's rows only. The loss is the mean over the
    global batch's pairs that are there, however many replicas share it.
    """

    def __init__(
        self,
        build: Callable[[], Any],
        strategy: Any,
        learning_rate: float,
        total_steps: int = 0,
        batch: int = LogLoss.micro_batch,
        loss: Callable[[SplitNetwork, int], Loss] = LogLoss,
    ) -> None:
        super().__init__(build, strategy, learning_rate, total_steps)
        with strategy.scope():
            self._split = SplitNetwork(self.model)
            self._loss = loss(self._split, batch)
        replicas = strategy.num_replicas_in_sync
        self._micro_batches = max(1, round(batch / replicas / self._loss.micro_batch))
        self._steps_per_call = max(1, CALL_ROWS // batch)
        self._run = tf.function(self._steps, reduce_retracing=True)

    def tables(self) -> dict[str, str]:
        """The names of the embedding tables among `weights`, each with "user" or "item"."""
        return {table.weight.path.replace("/", "_"): table.side for table in self._split.tables}

    def epoch(self, batches: Any, steps: int, progress: Callable[[int, float], None]) -> float:
        """Train on `steps` batches of the dataset; returns the mean loss of a step.

        `progress` gets the number of finished steps and the recent loss. Stops at a loss that is
        not finite, and returns it.
        """
        # For one replica the distributed iterator only adds an autotuner of its own (stream.py).
        if self.strategy.num_replicas_in_sync > 1:
            batches = self.strategy.experimental_distribute_dataset(batches)
        iterator = iter(batches)
        total = 0.0
        for start in range(0, steps, self._steps_per_call):
            count = min(self._steps_per_call, steps - start)
            loss = float(self._run(iterator, tf.constant(count)))
            if not math.isfinite(loss):
                return loss
            total += loss
            progress(start + count, loss / count)
        return total / steps

    def _steps(self, iterator: Any, count: Any) -> Any:
        total = tf.constant(0.0)
        for _ in tf.range(count):
            losses = self.strategy.run(self._step, args=next(iterator))
            total += self.strategy.reduce(tf.distribute.ReduceOp.SUM, losses, axis=None)
        return total

    def _step(self, users: Any, items: Any) -> Any:
        loss, gradients = self._gradients(users, items)
        self.optimizer.apply(gradients)
        return loss

    def _gradients(self, users: Any, items: Any) -> tuple[Any, list[Any]]:
        """A replica's part of the batch's loss, and of the gradients in the order of the weights.

        users int32 [m] and items int32 [m, c], MISSING where there is none.
        """
        valid = tf.cast(items != MISSING, tf.float32)
        pairs = tf.reduce_sum(valid)
        if self.strategy.num_replicas_in_sync > 1:
            replica = tf.distribute.get_replica_context()
            pairs = replica.all_reduce(tf.distribute.ReduceOp.SUM, pairs)
        # What is missing is replaced by a row of the batch, so that no other one is touched.
        items = tf.where(valid > 0, items, tf.maximum(items[0, 0], 0))
        users = tf.where(users != MISSING, users, tf.maximum(users[0], 0))
        cuts = self._cuts(users.shape[0] or tf.shape(users)[0])
        loss, found = self._loss.gradients(users, items, valid, 1 / pairs, cuts)
        return loss, [found[name] for name in self._weights]

    def _cuts(self, rows: Any) -> Cuts:
        count = self._micro_batches
        return [(rows * n // count, rows * (n + 1) // count) for n in range(count)]
