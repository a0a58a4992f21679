"""The two-stage model's scorer: EASE's best candidates, ordered anew by a small network."""

import numpy as np

from steamrec.block import Block
from steamrec.models.artifact import Artifact
from steamrec.models.ease import EaseScorer
from steamrec.models.scorer import FloatArray, as_float32
from steamrec.reranking.features import Retrieval, candidates, features
from steamrec.reranking.neighbours import library_order


class RankerScorer:
    """Scores the candidates of each user by the network, all other items below them.

    Arrays of the artifact: those of reranking.features.Retrieval, and the layers
    layer_<i>_kernel, layer_<i>_bias from i = 0, the last one with a single unit. The other items
    follow by TAIL_EASE * EASE + log(owners).
    """

    TAIL_EASE = np.float32(30.0)

    def __init__(self, artifact: Artifact) -> None:
        self.items = artifact.items
        self.retrieval = Retrieval.from_arrays(artifact.arrays)
        self._ease = EaseScorer.of(self.retrieval.weights)
        self._count = int(artifact.settings["candidates"])
        self._tail = np.log(np.maximum(as_float32(self.retrieval.owners), 1))
        layers = sum(name.endswith("_kernel") for name in artifact.arrays)
        self._layers = [
            (artifact.arrays[f"layer_{layer}_kernel"], artifact.arrays[f"layer_{layer}_bias"])
            for layer in range(layers)
        ]

    def scores(self, block: Block) -> FloatArray:
        """float32 [users of the block, items]."""
        ease = self._ease.scores(block)
        ordered = library_order(block)
        scores: FloatArray = self.TAIL_EASE * ease + self._tail
        for row in range(len(block.users)):
            owned = ordered.items[block.offsets[row] : block.offsets[row + 1]]
            chosen = candidates(ease[row], owned, self._count)
            if not len(chosen) or not len(owned):
                continue
            values = self.network(features(self.retrieval, ease[row], owned, chosen))
            # Published scores are the network's; what is no candidate comes below the last one.
            scores[row] += values.min() - 1 - scores[row].max()
            scores[row, chosen] = values
        return scores

    def network(self, table: FloatArray) -> FloatArray:
        """float32 [n]: the network's output of n rows of features."""
        hidden = table
        for kernel, bias in self._layers[:-1]:
            hidden = hidden @ kernel + bias
            hidden = np.maximum(hidden, 0)
        kernel, bias = self._layers[-1]
        output: FloatArray = (hidden @ kernel + bias)[:, 0]
        return output
