"""All that the features are computed from: weights and counts of the training pairs."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from steamrec.data.user_batches import IntArray, LongArray
from steamrec.scoring.artifact import Arrays
from steamrec.scoring.scorer import FloatArray, as_float32

# Of item a: starts[a] to starts[a + 1] is its part of the items beside it and of their counts.
Neighbours = tuple[LongArray, IntArray, FloatArray]


@dataclass(frozen=True)
class NeighbourIndex:
    """The counts of neighbours, laid out to be looked up: all of it follows from Retrieval.

    following, preceding: the items that stand just after, and just before, each item. chances,
    logs: for each of between_keys (a, b, j) the share of libraries with a, j, b in a row among
    those with a, j, b or a, b, and the log of 1 minus it; float32.
    """

    following: Neighbours
    preceding: Neighbours
    chances: FloatArray
    logs: FloatArray


@dataclass(frozen=True)
class Retrieval:
    """What the features are computed from, all counted on training pairs.

    weights: EASE's, float32 [items, items]. together: users that own both, uint16 or uint32
    [items, items] (ngrams.whole_counts), 0 on the diagonal. owners: float32 [items]. next_keys,
    next_counts: how often b stands just after a (key a * items + b, sorted). between_keys,
    between_counts: how often j stands just between a and b (key (a * items + b) * items + j,
    sorted). implied, strengths: int32 and float32 [items, m] (ngrams.implied_items). directions,
    scale: float32 [items, d] and [items] (directions.latent_directions).
    """

    weights: FloatArray
    together: npt.NDArray[np.uint16] | npt.NDArray[np.uint32]
    owners: FloatArray
    next_keys: npt.NDArray[np.int64]
    next_counts: FloatArray
    between_keys: npt.NDArray[np.int64]
    between_counts: FloatArray
    implied: IntArray
    strengths: FloatArray
    directions: FloatArray
    scale: FloatArray

    @property
    def items(self) -> int:
        """The size of the catalogue."""
        return len(self.owners)

    @cached_property
    def neighbours(self) -> NeighbourIndex:
        """The index of the neighbours, computed once."""
        first, second = (part.astype(np.int32) for part in np.divmod(self.next_keys, self.items))
        gaps = self.between_keys // self.items
        direct = _counts(self.next_keys, self.next_counts, gaps)
        chances = as_float32(self.between_counts / (direct + self.between_counts + 1))
        return NeighbourIndex(
            _neighbours(first, second, self.next_counts, self.items),
            _neighbours(second, first, self.next_counts, self.items),
            chances,
            as_float32(np.log1p(-chances)),
        )

    @classmethod
    def from_arrays(cls, arrays: Arrays) -> "Retrieval":
        """From an artifact's arrays."""
        return cls(**{name: arrays[name] for name in cls.__dataclass_fields__})

    def arrays(self) -> Arrays:
        """As arrays of an artifact."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


def _neighbours(item: IntArray, beside: IntArray, counts: FloatArray, items: int) -> Neighbours:
    """The pairs (item, beside) with their counts, grouped by item."""
    order = np.argsort(item, kind="stable")
    starts = np.searchsorted(item[order], np.arange(items + 1))
    return starts, beside[order], as_float32(counts[order])


def _counts(keys: LongArray, counts: FloatArray, wanted: LongArray) -> FloatArray:
    """float32: the count of each wanted key, 0 where there is none. keys: ascending."""
    if not len(keys):
        return np.zeros(wanted.shape, np.float32)
    found = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return as_float32(np.where(keys[found] == wanted, counts[found], 0))
