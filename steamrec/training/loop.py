"""The compiled training loop: many batches a call, under the strategy."""

import math
from collections.abc import Callable
from typing import Any

from steamrec.errors import NumericalError
from steamrec.models.ncf.gradients import log_loss
from steamrec.sampling.negatives import MISSING
from steamrec.training.optimiser import FusedAdam
from steamrec.training.softmax import SHARED, softmax_loss
from steamrec.training.tensorflow_quiet import tf

CALL_ROWS = 2_000_000
# A table with so many times the rows that a batch has pairs is updated in the batch's rows only. At
# less, plain Adam costs little more and ranks a little better (docs/method.md).
FEW = 8
MICRO_BATCH = 8_192  # pairs that one core works on at a time


class Trainer:
    """A network with its optimiser under a strategy.

    Without `log_shares` the loss is the notebook's: sigmoid cross entropy, the mean over the global
    batch's pairs (positives and the negatives that could be drawn), however many replicas share it.
    With them (float32 [items], the log of each item's share of the pairs) it is the sampled
    softmax of softmax.py, for GMF, and batches have positives only.
    `batch` is how many pairs a global batch has; it decides how the work is parted, and of which
    tables a step touches the batch's rows only (adam.py).
    """

    def __init__(
        self,
        build: Callable[[], Any],
        strategy: Any,
        learning_rate: float,
        total_steps: int = 0,
        batch: int = MICRO_BATCH,
        log_shares: Any = None,
    ) -> None:
        self.strategy = strategy
        with strategy.scope():
            self.model = build()
            # Keras wraps each tf.Variable; the optimiser and the checkpoint take what is inside.
            self._weights = {weight.path: weight.value for weight in self.model.trainable_weights}
            self.optimizer = FusedAdam(list(self._weights.values()), learning_rate, total_steps)
        self._batch = batch
        self._log_shares = None if log_shares is None else tf.constant(log_shares)
        micro_batch = MICRO_BATCH if log_shares is None else SHARED
        self._micro_batches = max(1, round(batch / strategy.num_replicas_in_sync / micro_batch))
        self._steps_a_call = max(1, CALL_ROWS // batch)
        self._run = tf.function(self._steps, reduce_retracing=True)
        # XLA makes one pass of the elementwise work between two matrix products.
        self._log_loss = tf.function(log_loss, jit_compile=True)
        self._softmax_loss = tf.function(softmax_loss, jit_compile=True)

    def epoch(self, batches: Any, steps: int, progress: Callable[[int, float], None]) -> float:
        """Train on `steps` batches of the dataset; returns the mean loss of a step.

        `progress` is told the steps done so far and the loss of late. Raises NumericalError
        when the loss is no longer a finite number.
        """
        # For one replica the distributed iterator only adds an autotuner of its own (stream.py).
        if self.strategy.num_replicas_in_sync > 1:
            batches = self.strategy.experimental_distribute_dataset(batches)
        iterator = iter(batches)
        total = 0.0
        for start in range(0, steps, self._steps_a_call):
            count = min(self._steps_a_call, steps - start)
            loss = float(self._run(iterator, tf.constant(count)))
            if not math.isfinite(loss):
                raise NumericalError(
                    f"train/{self.model.name}: the loss is {loss} in steps {start} to "
                    f"{start + count} of the epoch; lower train.learning_rate. "
                    "The last finished epoch is kept."
                )
            total += loss
            progress(start + count, loss / count)
        return total / steps

    def weights(self) -> dict[str, Any]:
        """The weights alone, by name, with _ for /."""
        return {name.replace("/", "_"): v.numpy() for name, v in self._weights.items()}

    def set_weights(self, arrays: dict[str, Any]) -> None:
        """Set what `weights` gave; the optimiser starts anew."""
        for name, variable in self._weights.items():
            variable.assign(arrays[name.replace("/", "_")])

    def state(self) -> list[Any]:
        """All weights and optimiser slots as NumPy arrays, in a fixed order."""
        return [variable.numpy() for variable in self._variables()]

    def named_state(self) -> dict[str, Any]:
        """As `state`, each array under a name that a reader of an error understands."""
        names = list(self._weights)
        slots = [f"Adam's {moment} moment of {name}" for moment in (1, 2) for name in names]
        return dict(zip([*names, "the number of steps", *slots], self.state(), strict=True))

    def restore(self, arrays: list[Any]) -> None:
        """Set what `state` gave."""
        for variable, array in zip(self._variables(), arrays, strict=True):
            variable.assign(array)

    def _variables(self) -> list[Any]:
        return [*self._weights.values(), *self.optimizer.state]

    def _steps(self, iterator: Any, count: Any) -> Any:
        total = tf.constant(0.0)
        for _ in tf.range(count):
            losses = self.strategy.run(self._step, args=next(iterator))
            total += self.strategy.reduce(tf.distribute.ReduceOp.SUM, losses, axis=None)
        return total

    def _step(self, users: Any, items: Any) -> Any:
        valid = tf.cast(items != MISSING, tf.float32)
        pairs = tf.reduce_sum(valid)
        if self.strategy.num_replicas_in_sync > 1:
            replica = tf.distribute.get_replica_context()
            pairs = replica.all_reduce(tf.distribute.ReduceOp.SUM, pairs)
        # What is missing stands in for a row of the batch, so that no other one is touched.
        items = tf.where(valid > 0, items, tf.maximum(items[0, 0], 0))
        users = tf.where(users != MISSING, users, tf.maximum(users[0], 0))
        find = self._gradients if self._log_shares is None else self._softmax_gradients
        loss, gradients = find(users, items, valid, 1 / pairs)
        self.optimizer.apply(gradients)
        return loss

    def _gradients(self, users: Any, items: Any, valid: Any, share: Any) -> tuple[Any, list[Any]]:
        """The loss and its gradients in the order of the weights, summed over micro-batches.

        Each micro-batch runs on one thread and the sums have a fixed order: the bits do not hang
        on the number of cores.
        """
        layers = {n: v.read_value() for n, v in self._weights.items() if not _is_table(n)}
        # Gathered from the variable itself: a table that was read is copied before it is changed.
        tables = {n.split("/")[0]: v for n, v in self._weights.items() if _is_table(n)}
        losses, parts = [], []
        for low, high in self._cuts(tf.shape(users)[0]):
            ids = {"user": users[low:high], "item": tf.reshape(items[low:high], (-1,))}
            rows = {
                name: tf.gather(table, ids[name.split("_")[1]]) for name, table in tables.items()
            }
            loss, found = self._log_loss(rows, layers, valid[low:high], share)
            losses.append(loss)
            parts.append(found)
        ids = {"user": users, "item": tf.reshape(items, (-1,))}
        gradients = []
        for name, variable in self._weights.items():
            if not _is_table(name):
                gradients.append(tf.add_n([part[name] for part in parts]))
                continue
            table = name.split("/")[0]
            values = _joined([part[table] for part in parts])
            gradients.append(self._table_gradient(values, ids[table.split("_")[1]], variable.shape))
        return tf.add_n(losses), gradients

    def _softmax_gradients(
        self, users: Any, items: Any, valid: Any, share: Any
    ) -> tuple[Any, list[Any]]:
        """As _gradients; a replica's positives compete with SHARED of its own."""
        named = {n.split("/")[0]: v for n, v in self._weights.items() if _is_table(n)}
        items, valid = items[:, 0], valid[:, 0]
        shared = items[:SHARED]
        kernel = self._weights["output/kernel"].read_value()
        of_shared = tf.gather(named["gmf_item"], shared)
        losses, parts, kernels = [], [], []
        for low, high in self._cuts(users.shape[0] or tf.shape(users)[0]):
            some = items[low:high]
            rows = {"user": tf.gather(named["gmf_user"], users[low:high]), "shared": of_shared}
            rows["item"] = tf.gather(named["gmf_item"], some)
            ids = {"item": (some, tf.gather(self._log_shares, some))}
            ids["shared"] = (shared, tf.gather(self._log_shares, shared))
            loss, found, by_kernel = self._softmax_loss(rows, ids, kernel, valid[low:high], share)
            losses.append(loss)
            parts.append(found)
            kernels.append(by_kernel)
        by_item = [*(part["item"] for part in parts), tf.add_n([part["shared"] for part in parts])]
        tables = {
            "gmf_user": (_joined([part["user"] for part in parts]), users),
            "gmf_item": (_joined(by_item), tf.concat([items, shared], 0)),
        }
        gradients = []
        for name, variable in self._weights.items():
            table = name.split("/")[0]
            if table in tables:
                gradients.append(self._table_gradient(*tables[table], variable.shape))
            elif name.endswith("kernel"):
                gradients.append(tf.add_n(kernels))
            else:  # the bias of all scores, which no softmax feels
                gradients.append(tf.zeros(variable.shape))
        return tf.add_n(losses), gradients

    def _table_gradient(self, values: Any, rows: Any, shape: Any) -> Any:
        """The batch's own rows where they are few in the table's; else dense."""
        if self._batch * FEW >= shape[0]:
            return tf.math.unsorted_segment_sum(values, rows, shape[0])
        return tf.IndexedSlices(values, rows, tf.constant(shape.as_list()))

    def _cuts(self, rows: Any) -> list[tuple[Any, Any]]:
        count = self._micro_batches
        if count == 1:
            return [(0, rows)]
        return [(rows * n // count, rows * (n + 1) // count) for n in range(count)]


def _is_table(name: str) -> bool:
    return name.endswith("/embeddings")


def _joined(parts: list[Any]) -> Any:
    return parts[0] if len(parts) == 1 else tf.concat(parts, 0)
