"""The two-stage model's scorer: EASE's best candidates, ordered anew by a small network."""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from steamrec.data.user_batches import IntArray, UserBatch
from steamrec.models.ease.scorer import EaseScorer
from steamrec.models.ranker.candidates import Candidates, candidates
from steamrec.models.ranker.fallback import latent_scores, tail_features
from steamrec.models.ranker.features import features
from steamrec.models.ranker.mix import mixed
from steamrec.models.ranker.ngrams import library_order
from steamrec.models.ranker.retrieval import Retrieval
from steamrec.models.ranker.scales import Scales
from steamrec.scoring.artifact import Arrays, Artifact
from steamrec.scoring.scorer import FloatArray, Targets

TAIL = "tail_"  # begins the names of the tail network's layers and scales
MIX = "mix"
VALIDATED = 10  # validation measures at 10


@dataclass(frozen=True)
class Considered:
    """Users with their candidates, before these are ordered.

    below: float32 [users, items], every item as if it were not a candidate; candidates: each
    user's; ease: EASE's scores of these, float32 [candidates]; table: their features, float32
    [candidates, features].
    """

    below: FloatArray
    candidates: Candidates
    ease: FloatArray
    table: FloatArray


class RankerScorer:
    """Scores the candidates of each user by one network, all other items below them by another.

    Arrays of the artifact: those of retrieval.Retrieval, and the layers of two networks,
    layer_<i>_kernel and layer_<i>_bias from i = 0, the last one with a single unit, each with the
    scales of its features (scales.Scales); those of the second, for the items below the
    candidates, begin with TAIL. MIX, float32 [1]: the weight of the network among the candidates
    (mix.mixed). Without a network EASE orders its part.
    """

    def __init__(self, artifact: Artifact) -> None:
        self.name, self.items = artifact.name, artifact.items
        self.retrieval = Retrieval.from_arrays(artifact.arrays)
        self._ease = EaseScorer.of(self.retrieval.weights)
        self._count = int(artifact.settings["candidates"])
        self._layers = _layers(artifact.arrays, "")
        self._tail_layers = _layers(artifact.arrays, TAIL)
        self._scales = Scales.from_arrays(artifact.arrays)
        self._weight = float(artifact.arrays[MIX][0])
        if self._tail_layers:
            self._tail_scales = Scales.from_arrays(artifact.arrays, TAIL)

    def scores(self, batch: UserBatch) -> FloatArray:
        """float32 [users of the batch, items]."""
        return self.ordered(self.consider(batch))

    def leading_scores(
        self, batch: UserBatch, depth: int, excluded: IntArray | None, targets: Targets | None
    ) -> FloatArray:
        """As `scores`, but the items below a user's candidates have one score where it is enough.

        It is not enough for a user with fewer than `depth` candidates that are not excluded, nor
        for one with a target that is not a candidate (scoring.scorer.PartialScorer).
        """
        ease = self._ease.scores(batch)
        found = candidates(ease, batch, self._count)
        shown = np.ones(self.items, np.bool_)
        shown[np.empty(0, np.int32) if excluded is None else excluded] = False
        enough = np.bincount(found.rows[shown[found.items]], minlength=len(ease)) >= depth
        if targets is not None:
            rows, items = targets[0].astype(np.int64), targets[1]
            inside = np.isin(
                rows.astype(np.int64) * self.items + items,
                found.rows.astype(np.int64) * self.items + found.items,
            )
            enough[rows[~inside]] = False
        below = np.zeros_like(ease)
        self._fill_below(below, ease, batch, ~enough)
        return self.ordered(self._considered(below, ease, batch, found))

    def consider(self, batch: UserBatch, depth: int | None = None) -> Considered:
        """All that the scores of the batch's users need but the candidates' network.

        With `depth`, for users with at least that many candidates the items below are all equal.
        """
        ease = self._ease.scores(batch)
        found = candidates(ease, batch, self._count)
        below = np.zeros_like(ease)
        wanted = np.ones(len(ease), np.bool_)
        if depth is not None:
            wanted = np.diff(found.indptr) < depth
        self._fill_below(below, ease, batch, wanted)
        return self._considered(below, ease, batch, found)

    def ordered(self, considered: Considered) -> FloatArray:
        """float32 [users, items]: the users' scores, written over considered.below."""
        scores, found = considered.below, considered.candidates
        for row in range(len(scores)):
            chosen = found.of(row)
            if not len(chosen):
                continue
            # One user at a time: no user's bits depend on who else is in the batch.
            part = slice(found.indptr[row], found.indptr[row + 1])
            values = considered.ease[part]
            if self._weight:
                network = _network(self._layers, considered.table[part])
                values = mixed(network, values, self._weight)
            # Published scores are the candidates'; all other items come below the last of them.
            scores[row] += values.min() - 1 - scores[row].max()
            scores[row, chosen] = values
        return scores

    def _considered(
        self, below: FloatArray, ease: FloatArray, batch: UserBatch, found: Candidates
    ) -> Considered:
        values = features(self.retrieval, ease, library_order(batch), found)
        scores = ease[found.rows, found.items]
        return Considered(below, found, scores, self._scales.scaled(values))

    def _fill_below(
        self, below: FloatArray, ease: FloatArray, batch: UserBatch, wanted: npt.NDArray[np.bool_]
    ) -> None:
        """Fill the wanted rows of `below` by the second network, every item of the catalogue."""
        if not self._tail_layers:
            below[wanted] = ease[wanted]
            return
        retrieval = self.retrieval
        latent = latent_scores(batch.where(wanted), retrieval.directions, retrieval.scale)
        for row, of_user in zip(np.flatnonzero(wanted), latent, strict=True):
            library = int(batch.indptr[row + 1] - batch.indptr[row])
            values = tail_features(ease[row], of_user, retrieval.owners, retrieval.scale, library)
            below[row] = _network(self._tail_layers, self._tail_scales.scaled(values))


class RememberingScorer(RankerScorer):
    """Scores the same batches under one network for the candidates after another, for validation.

    `seen` holds by its number what was considered for a batch, and serves the next scorer.
    """

    def __init__(self, artifact: Artifact, seen: dict[int, Considered]) -> None:
        super().__init__(artifact)
        self._seen = seen

    def scores(self, batch: UserBatch) -> FloatArray:
        """As RankerScorer.scores, to the bit, for each user's VALIDATED best items.

        The others may be equal: no metric at VALIDATED tells them apart.
        """
        if batch.number not in self._seen:
            self._seen[batch.number] = self.consider(batch, VALIDATED)
        seen = self._seen[batch.number]
        return self.ordered(replace(seen, below=seen.below.copy()))


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
