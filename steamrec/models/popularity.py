"""Popularity: everybody gets the items with the most owners."""

import numpy as np

from steamrec.block import Block, IntArray
from steamrec.models.artifact import Artifact
from steamrec.models.scorer import FloatArray, as_float32


class PopularityScorer:
    """Scores an item by its owners in the training pairs.

    Array of the artifact: `popularity` float32 [items].
    """

    def __init__(self, artifact: Artifact) -> None:
        self.items = artifact.items
        self.popularity = as_float32(artifact.arrays["popularity"])

    def scores(self, block: Block) -> FloatArray:
        """float32 [users of the block, items]: the same row for everybody."""
        return np.tile(self.popularity, (len(block.users), 1))

    def most_popular(self, count: int, excluded: IntArray) -> IntArray:
        """int32 [at most count]: the most popular items, best first, ties by item number.

        Without those of `excluded`.
        """
        order = np.argsort(-self.popularity, kind="stable").astype(np.int32)
        return order[~np.isin(order, excluded)][:count]
