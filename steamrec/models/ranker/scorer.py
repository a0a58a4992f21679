"""The two-stage model's scorer: EASE's best candidates, ordered anew by a small network."""

from dataclasses import dataclass, replace

import numpy as np

from steamrec.data.user_batches import Block, IntArray
from steamrec.models.ease.scorer import EaseScorer
from steamrec.models.ranker.fallback import latent_scores, tail_features
from steamrec.models.ranker.features import candidates, features
from steamrec.models.ranker.ngrams import library_order
from steamrec.models.ranker.retrieval import Retrieval
from steamrec.scoring.artifact import Arrays, Artifact
from steamrec.scoring.scorer import FloatArray

TAIL = "tail_"  # begins the names of the tail network's layers


@dataclass(frozen=True)
class Considered:
    """Users with their candidates, before these are ordered.

    tail: float32 [users, items], every item as if it were no candidate; chosen: each user's
    candidates; tables: their features, None for users without any.
    """

    tail: FloatArray
    chosen: list[IntArray]
    tables: list[FloatArray | None]


class RankerScorer:
    """Scores the candidates of each user by one network, all other items below them by another.

    Arrays of the artifact: those of reranking.retrieval.Retrieval, and the layers of two networks,
    layer_<i>_kernel and layer_<i>_bias from i = 0, the last one with a single unit; those of the
    second, for the tail, begin with TAIL.
    """

    def __init__(self, artifact: Artifact) -> None:
        self.name, self.items = artifact.name, artifact.items
        self.retrieval = Retrieval.from_arrays(artifact.arrays)
        self._ease = EaseScorer.of(self.retrieval.weights)
        self._count = int(artifact.settings["candidates"])
        self._layers = _layers(artifact.arrays, "")
        self._tail_layers = _layers(artifact.arrays, TAIL)

    def scores(self, block: Block) -> FloatArray:
        """float32 [users of the block, items]."""
        return self.ordered(self.consider(block))

    def consider(self, block: Block) -> Considered:
        """All that the scores of the block's users need but the candidates' network."""
        ease = self._ease.scores(block)
        latent = latent_scores(block, self.retrieval.directions, self.retrieval.scale)
        ordered = library_order(block)
        tail, chosen, tables = np.empty_like(ease), [], []
        for row in range(len(block.users)):
            owned = ordered.items[block.offsets[row] : block.offsets[row + 1]]
            tail[row] = self._tail(ease[row], latent[row], len(owned))
            some = candidates(ease[row], owned, self._count if len(owned) else 0)
            chosen.append(some)
            tables.append(features(self.retrieval, ease[row], owned, some) if len(some) else None)
        return Considered(tail, chosen, tables)

    def ordered(self, considered: Considered) -> FloatArray:
        """float32 [users, items]: the users' scores, written over considered.tail."""
        scores = considered.tail
        for row, (chosen, table) in enumerate(
            zip(considered.chosen, considered.tables, strict=True)
        ):
            if table is None:
                continue
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


class RememberingScorer(RankerScorer):
    """Scores the same blocks under one network for the candidates after another.

    `seen` holds by its number what was considered for a block, and serves the next scorer.
    """

    def __init__(self, artifact: Artifact, seen: dict[int, Considered]) -> None:
        super().__init__(artifact)
        self._seen = seen

    def scores(self, block: Block) -> FloatArray:
        """As RankerScorer.scores, to the bit."""
        if block.number not in self._seen:
            self._seen[block.number] = self.consider(block)
        seen = self._seen[block.number]
        return self.ordered(replace(seen, tail=seen.tail.copy()))


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
