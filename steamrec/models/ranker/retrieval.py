"""All that the features are computed from: weights and counts of the training pairs."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from steamrec.data.user_batches import IntArray
from steamrec.scoring.artifact import Arrays
from steamrec.scoring.scorer import FloatArray


@dataclass(frozen=True)
class Retrieval:
    """What the features are computed from, all counted on training pairs.

    weights: EASE's, float32 [items, items]. together: users that own both, uint16 or uint32
    [items, items] (ngrams.whole_counts), 0 on the diagonal. owners: float32 [items]. next_keys,
    next_counts: how often b stands just after a (key a * items + b, sorted). between_keys,
    between_counts: how often j stands just between a and b (key (a * items + b) * items + j,
    sorted). implied, strengths: int32 and float32 [items, m] (ngrams.implied_items). directions,
    scale: float32 [items, d] and [items] (fallback.latent_directions).
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

    @classmethod
    def from_arrays(cls, arrays: Arrays) -> "Retrieval":
        """From an artifact's arrays."""
        return cls(**{name: arrays[name] for name in cls.__dataclass_fields__})

    def arrays(self) -> Arrays:
        """As arrays of an artifact."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}
