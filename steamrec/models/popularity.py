"""Popularity: everybody gets the items with the most owners."""

from typing import TYPE_CHECKING

import numpy as np

from steamrec.data import tables
from steamrec.data.context import Context
from steamrec.data.user_batches import Block, IntArray
from steamrec.scoring.artifact import Artifact
from steamrec.scoring.scorer import FloatArray, as_float32

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


class PopularityScorer:
    """Scores an item by its owners in the training pairs.

    Array of the artifact: `popularity` float32 [items].
    """

    def __init__(self, artifact: Artifact) -> None:
        self.name, self.items = artifact.name, artifact.items
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


def fit(context: Context) -> Artifact:
    """Count each item's owners in the training pairs."""
    return _fit(context, context.read(tables.TRAIN).where("not validation"))


def refit(context: Context) -> Artifact:
    """Count each item's owners in all pairs."""
    return _fit(context, context.read(tables.INTERACTIONS))


def _fit(context: Context, pairs: "DataFrame") -> Artifact:
    counts = pairs.groupBy("item").count().toPandas()
    items = context.read(tables.ITEMS).count()
    popularity = np.zeros(items, np.float32)
    popularity[counts["item"].to_numpy()] = counts["count"].to_numpy()
    users = context.read(tables.USERS).count()
    return Artifact("popularity", {"popularity": popularity}, users, items)
