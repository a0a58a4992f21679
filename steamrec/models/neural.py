"""NumPy scorers of the MLP and NeuMF: exact over the whole catalogue, without TensorFlow.

The first hidden layer of a pair is relu(user part + item part): the item parts are computed
once a model, the user parts once a user. What is left of a pair are the small layers above,
run over tiles of items whose buffers stay in a core's second-level cache.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from steamrec.block import Block
from steamrec.models.artifact import Artifact
from steamrec.models.scorer import FloatArray, as_float32

TILE = 1024


class MlpScorer:
    """Scores by the multi-layer perceptron.

    Arrays of the artifact: mlp_user_embeddings [users, d], mlp_item_embeddings [items, d],
    hidden_<i>_kernel and hidden_<i>_bias from i = 0, output_kernel [m, 1], output_bias [1].
    The last of hidden's units are the last rows of the output kernel.
    """

    def __init__(self, artifact: Artifact) -> None:
        arrays = {name: as_float32(array) for name, array in artifact.arrays.items()}
        self.items = artifact.items
        users, items = arrays["mlp_user_embeddings"], arrays["mlp_item_embeddings"]
        kernel, width = arrays["hidden_0_kernel"], users.shape[1]
        self._users, self._user_kernel = users, as_float32(kernel[:width])
        self._first_bias = arrays["hidden_0_bias"]
        self._item_part = as_float32(items @ kernel[width:])
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

    def scores(self, block: Block) -> FloatArray:
        """float32 [users of the block, items]: logits."""
        user_part = self._users[block.users] @ self._user_kernel + self._first_bias
        scores = np.empty((len(block.users), self.items), np.float32)
        for start in range(0, self.items, TILE):
            tile = self._item_part[start : start + TILE]
            buffers = [buffer[: len(tile)] for buffer in self._buffers]
            for row, part in enumerate(user_part):
                self._tile(tile, part, buffers, scores[row, start : start + TILE])
        scores += self._output_bias
        return scores

    def _tile(
        self, tile: FloatArray, part: FloatArray, buffers: list[FloatArray], out: npt.NDArray[Any]
    ) -> None:
        """Write the logits of one user and one tile of items into `out`."""
        hidden = buffers[0]
        np.add(tile, part, out=hidden)
        np.maximum(hidden, 0, out=hidden)
        for (kernel, bias), buffer in zip(self._layers, buffers[1:], strict=True):
            np.matmul(hidden, kernel, out=buffer)
            buffer += bias
            hidden = np.maximum(buffer, 0, out=buffer)
        np.matmul(hidden, self._output, out=out)


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

    def scores(self, block: Block) -> FloatArray:
        """float32 [users of the block, items]: logits."""
        scores = super().scores(block)
        scores += self._gmf_users[block.users] @ self._gmf_items.T
        return scores
