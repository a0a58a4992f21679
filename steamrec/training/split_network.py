"""A Keras model, split into its embedding tables and what works on their rows.

A table is too large to pass through a compiled step, or to have a dense gradient: a step gathers
the rows of its batch, and all that is differentiated works on these rows and the layers' weights.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from steamrec.errors import UsageError
from steamrec.training.tensorflow_quiet import keras, tf

# A table with this many times more rows than a batch has pairs is updated only in the batch's rows.
# With fewer, plain Adam costs little more and ranks a little better (docs/method.md).
LAZY_ROWS_PER_PAIR = 8


@dataclass(frozen=True)
class Table:
    """An embedding layer: the rows of users, or of items.

    `side` is "user" or "item"; `weight` is Keras's variable.
    """

    side: str
    weight: Any

    def rows(self, ids: Any) -> Any:
        """Float32 [..., width]: rows gathered from the variable itself.

        A table that was read would be copied before it is changed.
        """
        return tf.gather(self.weight.value, ids)

    def gradient(self, values: Any, ids: Any, batch: int) -> Any:
        """The gradient [rows, width] from those of the gathered rows, for `batch` pairs per batch.

        tf.IndexedSlices where the batch's rows are few in the table's; else dense.
        """
        rows, width = self.weight.shape
        if batch * LAZY_ROWS_PER_PAIR >= rows:
            return tf.math.unsorted_segment_sum(values, ids, rows)
        return tf.IndexedSlices(values, ids, tf.constant((rows, width)))


class SplitNetwork:
    """The tables of `model`, its other weights, and the function from rows to logits.

    Raises UsageError for a model that cannot be split, or that has what the training would pass
    over: state that is not trained, regularizers, constraints.
    """

    def __init__(self, model: Any) -> None:
        self.model = model
        _refuse_unsupported(model)
        embeddings = [layer for layer in model.layers if isinstance(layer, keras.layers.Embedding)]
        self.tables = [Table(_side(model, e), e.trainable_weights[0]) for e in embeddings]
        try:
            self._dense = keras.Model([layer.output for layer in embeddings], model.output)
        except ValueError as error:
            raise _refusal(
                model, "uses users or items other than through embedding layers called once"
            ) from error
        self.layers: list[Any] = list(self._dense.trainable_weights)

    def logits(self, rows: Sequence[Any], weights: Sequence[Any]) -> Any:
        """Float32 [m, c] from the rows of `tables` ([m, d] of users, [m, c, d] of items).

        `weights` are the values of `layers`.
        """
        logits, _ = self._dense.stateless_call(list(weights), [], list(rows), training=True)
        return logits


def _side(model: Any, layer: Any) -> str:
    source = layer.input  # of its first call; the model cannot be split where there are more
    for side, ids in zip(("user", "item"), model.inputs, strict=True):
        if source is ids:
            return side
    raise _refusal(model, f"embeds something else than users or items in {layer.name}")


def _refuse_unsupported(model: Any) -> None:
    shapes = [len(tensor.shape) for tensor in (*model.inputs, *model.outputs)]
    if shapes != [1, 2, 2]:
        raise _refusal(model, "must map users [b] and items [b, c] to logits [b, c]")
    if model.non_trainable_variables:
        named = ", ".join(sorted(variable.path for variable in model.non_trainable_variables))
        raise _refusal(model, f"has state that is not trained ({named})")
    for weight in model.trainable_weights:
        if weight.regularizer is not None or weight.constraint is not None:
            raise _refusal(model, f"has a regularizer or constraint on {weight.path}")


def _refusal(model: Any, fault: str) -> UsageError:
    return UsageError(
        f"The network {model.name} {fault}, which the training does not support; "
        "docs/adding-a-network.md says what a network may be."
    )
