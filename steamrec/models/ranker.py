"""The two-stage model's scorer: EASE's best candidates, ordered anew by a small network."""

import numpy as np

from steamrec.block import Block
from steamrec.models.artifact import Arrays, Artifact
from steamrec.models.ease import EaseScorer
from steamrec.models.scorer import FloatArray
from steamrec.reranking.features import candidates, features
from steamrec.reranking.neighbours import library_order
from steamrec.reranking.retrieval import Retrieval
from steamrec.reranking.tail import latent_scores, tail_features

TAIL = "tail_"  # begins the names of the tail network's layers


class RankerScorer:
    """Scores the candidates of each user by one network, all other items below them by another.

    Arrays of the artifact: those of reranking.retrieval.Retrieval, and the layers of two networks,
    layer_<i>_kernel and layer_<i>_bias from i = 0, the last one with a single unit; those of the
    second, for the tail, begin with TAIL.
    """

    def __init__(self, artifact: Artifact) -> None:
        self.items = artifact.items
        self.retrieval = Retrieval.from_arrays(artifact.arrays)
        self._ease = EaseScorer.of(self.retrieval.weights)
        self._count = int(artifact.settings["candidates"])
        self._layers = _layers(artifact.arrays, "")
        self._tail_layers = _layers(artifact.arrays, TAIL)

    def scores(self, block: Block) -> FloatArray:
        """float32 [users of the block, items]."""
        ease = self._ease.scores(block)
        latent = latent_scores(block, self.retrieval.directions, self.retrieval.scale)
        ordered = library_order(block)
        scores = np.empty_like(ease)
        for row in range(len(block.users)):
            owned = ordered.items[block.offsets[row] : block.offsets[row + 1]]
            scores[row] = self._tail(ease[row], latent[row], len(owned))
            chosen = candidates(ease[row], owned, self._count)
            if not len(chosen) or not len(owned):
                continue
            table = features(self.retrieval, ease[row], owned, chosen)
            values = _network(self._layers, table)
            # Published scores are the network's; what is no candidate comes below the last one.
            scores[row] += values.min() - 1 - scores[row].max()
            scores[row, chosen] = values
        return scores

    def _tail(self, ease: FloatArray, latent: FloatArray, library: int) -> FloatArray:
        """float32 [items]: every item as if it were no candidate."""
        retrieval = self.retrieval
        table = tail_features(ease, latent, retrieval.owners, retrieval.scale, library)
        return _network(self._tail_layers, table)


def _layers(arrays: Arrays, prefix: str) -> list[tuple[FloatArray, FloatArray]]:
    names = [f"{prefix}layer_{number}" for number in range(len(arrays))]
    return [
        (arrays[f"{name}_kernel"], arrays[f"{name}_bias"])
        for name in names
        if f"{name}_kernel" in arrays
    ]


def _network(layers: list[tuple[FloatArray, FloatArray]], table: FloatArray) -> FloatArray:
    """float32 [n]: the network's output of n rows of features."""
    hidden = table
    for kernel, bias in layers[:-1]:
        hidden = hidden @ kernel
        hidden += bias
        np.maximum(hidden, 0, out=hidden)
    kernel, bias = layers[-1]
    output: FloatArray = (hidden @ kernel + bias)[:, 0]
    return output
