"""NumPy scorers of the MLP and NeuMF: exact over the whole catalogue, without TensorFlow.

The first hidden layer of a pair is relu(user part + item part): the item parts are computed
once a model, the user parts once a user. What is left of a pair are the small layers above,
run over tiles of items whose buffers stay in a core's second-level cache.

A layer is relu(x + c) with c the same for all items of a user. As relu(x + c) = max(x, -c) + c,
and the "+ c" passes through the next layer's product as a constant, every layer but the last
costs one maximum and one matrix product; the constants are worked out once a user.
"""

import numpy as np

from steamrec.data.user_batches import UserBatch
from steamrec.scoring.artifact import Artifact
from steamrec.scoring.scorer import FloatArray, as_float32

TILE = 1024
STEP = 128  # tiles are whole multiples of it, so that short rows can be seen as longer ones
LANE = 1024  # NumPy runs an inner loop a row: rows of the layers are joined up to this length


class MlpScorer:
    """Scores by the multi-layer perceptron.

    Arrays of the artifact: mlp_user_embeddings [users, d], mlp_item_embeddings [items, d],
    hidden_<i>_kernel and hidden_<i>_bias from i = 0, output_kernel [m, 1], output_bias [1].
    The last of hidden's units are the last rows of the output kernel.
    """

    def __init__(self, artifact: Artifact) -> None:
        arrays = {name: as_float32(array) for name, array in artifact.arrays.items()}
        self.name, self.items = artifact.name, artifact.items
        users, items = arrays["mlp_user_embeddings"], arrays["mlp_item_embeddings"]
        kernel, width = arrays["hidden_0_kernel"], users.shape[1]
        self._users, self._user_kernel = users, as_float32(kernel[:width])
        self._first_bias = arrays["hidden_0_bias"]
        padded = -(-self.items // STEP) * STEP
        self._item_part = np.zeros((padded, kernel.shape[1]), np.float32)
        self._item_part[: self.items] = items @ kernel[width:]
        layers = sum(name.startswith("hidden_") and name.endswith("_kernel") for name in arrays)
        self._layers = [
            (arrays[f"hidden_{layer}_kernel"], arrays[f"hidden_{layer}_bias"])
            for layer in range(1, layers)
        ]
        last = self._layers[-1][0].shape[1] if self._layers else kernel.shape[1]
        self._output = as_float32(arrays["output_kernel"][-last:, 0])
        self._output_bias = arrays["output_bias"][0]
        widths = [kernel.shape[1], *(layer.shape[1] for layer, _ in self._layers)]
        self._buffers = [np.empty((TILE, width), np.float32) for width in widths]
        self._logits = np.empty(TILE, np.float32)

    def scores(self, batch: UserBatch) -> FloatArray:
        """float32 [users of the batch, items]: logits."""
        floors, constant = self._floors(batch)
        scores = np.empty((len(batch.users), self.items), np.float32)
        for start in range(0, self.items, TILE):
            tile = self._item_part[start : start + TILE]
            out = scores[:, start : start + TILE]
            for row in range(len(out)):
                out[row] = self._tile(tile, [floor[row] for floor in floors])[: out.shape[1]]
        scores += constant[:, None]
        return scores

    def _floors(self, batch: UserBatch) -> tuple[list[FloatArray], FloatArray]:
        """What replaces the layers' constants.

        For each layer -c, float32 [users, lane], repeated to the length of a lane; and what
        is to be added to a user's products with the output kernel, float32 [users].
        """
        floor = -(self._users[batch.users] @ self._user_kernel + self._first_bias)
        floors = [floor]
        for kernel, bias in self._layers:
            floor = floor @ kernel - bias
            floors.append(floor)
        constant = self._output_bias - floor @ self._output
        return [np.tile(floor, (1, _repeats(floor.shape[1]))) for floor in floors], constant

    def _tile(self, tile: FloatArray, floors: list[FloatArray]) -> FloatArray:
        """One user's products of a tile of items with the output kernel, float32 [tile]."""
        hidden = _maximum(tile, floors[0], self._buffers[0])
        for (kernel, _), floor, buffer in zip(
            self._layers, floors[1:], self._buffers[1:], strict=True
        ):
            product = np.matmul(hidden, kernel, out=buffer[: len(tile)])
            hidden = _maximum(product, floor, buffer)
        return np.matmul(hidden, self._output, out=self._logits[: len(tile)])


class NeumfScorer(MlpScorer):
    """Scores by NeuMF: the MLP's part, plus GMF's as one matrix product.

    Arrays beside the MLP's: gmf_user_embeddings [users, g], gmf_item_embeddings [items, g]; the
    first g rows of the output kernel weigh their products.
    """

    def __init__(self, artifact: Artifact) -> None:
        super().__init__(artifact)
        items = as_float32(artifact.arrays["gmf_item_embeddings"])
        weights = artifact.arrays["output_kernel"][: items.shape[1], 0]
        self._gmf_users = as_float32(artifact.arrays["gmf_user_embeddings"] * weights)
        self._gmf_items = items

    def scores(self, batch: UserBatch) -> FloatArray:
        """float32 [users of the batch, items]: logits."""
        scores = super().scores(batch)
        scores += self._gmf_users[batch.users] @ self._gmf_items.T
        return scores


def _repeats(width: int) -> int:
    """How many rows of `width` values make a lane: a power of two that divides STEP."""
    return int(min(STEP, 1 << max(0, (LANE // width).bit_length() - 1)))


def _maximum(values: FloatArray, floor: FloatArray, out: FloatArray) -> FloatArray:
    """The larger of each row of `values` and one lane's repetition of that row's floor."""
    out = out[: len(values)]
    lane = len(floor)
    np.maximum(values.reshape(-1, lane), floor, out=out.reshape(-1, lane))
    return out
