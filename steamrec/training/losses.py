"""The losses: the loss of a batch and its gradients.

A batch is cut into micro-batches. Each runs on one thread as one compiled function, in which
tf.GradientTape differentiates what Keras computes, and the sums over them have a fixed order: the
bits do not depend on the number of cores.
"""

from collections.abc import Sequence
from typing import Any, Protocol

from steamrec.training.softmax import SHARED, softmax_loss
from steamrec.training.split_network import SplitNetwork
from steamrec.training.tensorflow_quiet import tf

Gradients = dict[str, Any]
Cuts = Sequence[tuple[Any, Any]]


class Loss(Protocol):
    """A loss over one network.

    `micro_batch` is how much of a global batch one core works on at a time.
    """

    micro_batch: int

    def gradients(
        self, users: Any, items: Any, valid: Any, share: Any, cuts: Cuts
    ) -> tuple[Any, Gradients]:
        """The loss of the rows, times `share`, and the gradient of each weight by its path.

        users int32 [m]; items int32 [m, c], the positive first; valid float32 [m, c], 0 where there
        is no item. `cuts` are the rows of the micro-batches, low to high.
        """
        ...


class LogLoss:
    """The notebook's loss: the sigmoid cross entropies of positives and sampled negatives."""

    micro_batch = 8_192  # pairs

    def __init__(self, network: SplitNetwork, batch: int) -> None:
        self._network, self._batch = network, batch
        # XLA makes one pass of the elementwise work between two matrix products.
        self._compiled = tf.function(self._differentiate, jit_compile=True)

    def gradients(
        self, users: Any, items: Any, valid: Any, share: Any, cuts: Cuts
    ) -> tuple[Any, Gradients]:
        """As Loss.gradients."""
        tables, layers = self._network.tables, self._network.layers
        weights = [weight.value.read_value() for weight in layers]
        losses, parts, layer_parts = [], [], []
        for low, high in cuts:
            ids = {"user": users[low:high], "item": items[low:high]}
            rows = [table.rows(ids[table.side]) for table in tables]
            loss, by_rows, by_weights = self._compiled(rows, weights, valid[low:high], share)
            losses.append(loss)
            parts.append(by_rows)
            layer_parts.append(by_weights)
        ids = {"user": users, "item": tf.reshape(items, (-1,))}
        found: Gradients = {}
        for number, table in enumerate(tables):
            width = table.weight.shape[1]
            values = joined([tf.reshape(part[number], (-1, width)) for part in parts])
            found[table.weight.path] = table.gradient(values, ids[table.side], self._batch)
        for number, weight in enumerate(layers):
            found[weight.path] = tf.add_n([part[number] for part in layer_parts])
        return tf.add_n(losses), found

    def _differentiate(self, rows: Any, weights: Any, valid: Any, share: Any) -> Any:
        with tf.GradientTape() as tape:
            tape.watch([rows, weights])
            loss = log_loss(self._network.logits(rows, weights), valid, share)
        by_rows, by_weights = tape.gradient(
            loss, (rows, weights), unconnected_gradients=tf.UnconnectedGradients.ZERO
        )
        return loss, by_rows, by_weights


def log_loss(logits: Any, valid: Any, share: Any) -> Any:
    """The sum of the pairs' cross entropies times `share`; the first of a row is its positive."""
    labels = tf.one_hot(0, tf.shape(logits)[1])
    entropy = tf.nn.sigmoid_cross_entropy_with_logits(tf.zeros_like(logits) + labels, logits)
    return tf.reduce_sum(entropy * (share * valid))


class SoftmaxLoss:
    """The sampled softmax of softmax.py, for GMF; a row is a positive without negatives.

    A replica's positives compete with SHARED of its own. `log_shares` float32 [items] is the log
    of each item's share of the pairs.
    """

    micro_batch = SHARED  # positives

    def __init__(self, network: SplitNetwork, batch: int, log_shares: Any) -> None:
        self._batch, self._log_shares = batch, tf.constant(log_shares)
        self._tables = {table.side: table for table in network.tables}
        self._layers = {weight.path: weight for weight in network.layers}
        self._compiled = tf.function(softmax_loss, jit_compile=True)

    def gradients(
        self, users: Any, items: Any, valid: Any, share: Any, cuts: Cuts
    ) -> tuple[Any, Gradients]:
        """As Loss.gradients."""
        items, valid = items[:, 0], valid[:, 0]
        of_user, of_item = self._tables["user"], self._tables["item"]
        kernel = self._layers["output/kernel"].value.read_value()
        shared = items[:SHARED]
        of_shared = of_item.rows(shared)
        losses, parts, kernels = [], [], []
        for low, high in cuts:
            some = items[low:high]
            rows = {"user": of_user.rows(users[low:high]), "shared": of_shared}
            rows["item"] = of_item.rows(some)
            ids = {"item": (some, tf.gather(self._log_shares, some))}
            ids["shared"] = (shared, tf.gather(self._log_shares, shared))
            loss, found, by_kernel = self._compiled(rows, ids, kernel, valid[low:high], share)
            losses.append(loss)
            parts.append(found)
            kernels.append(by_kernel)
        by_item = [*(part["item"] for part in parts), tf.add_n([part["shared"] for part in parts])]
        by_user = joined([part["user"] for part in parts])
        both = tf.concat([items, shared], 0)
        return tf.add_n(losses), {
            of_user.weight.path: of_user.gradient(by_user, users, self._batch),
            of_item.weight.path: of_item.gradient(joined(by_item), both, self._batch),
            "output/kernel": tf.add_n(kernels),
            # The bias of all scores, which no softmax feels.
            "output/bias": tf.zeros(self._layers["output/bias"].shape),
        }


def joined(parts: list[Any]) -> Any:
    """The parts one after the other."""
    return parts[0] if len(parts) == 1 else tf.concat(parts, 0)
