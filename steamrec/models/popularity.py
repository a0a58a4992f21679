"""Popularity: each user gets the items with the most owners."""

from typing import TYPE_CHECKING

import numpy as np

from steamrec.data import tables
from steamrec.data.context import Context
from steamrec.data.user_batches import IntArray, LongArray, UserBatch
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

    def scores(self, batch: UserBatch) -> FloatArray:
        """float32 [users of the batch, items]: the same row for each user."""
        return np.tile(self.popularity, (len(batch.users), 1))

    def most_popular(self, count: int, excluded: IntArray) -> IntArray:
        """int32 [at most count]: the most popular items, best first, ties by item number.

        Without those of `excluded`.
        """
        order = np.argsort(-self.popularity, kind="stable").astype(np.int32)
        return order[~np.isin(order, excluded)][:count]


def ordered_float32(counts: LongArray) -> FloatArray:
    """The counts as float32 in exactly their order, equal only where they are.

    Up to 2**24 a float32 holds them as they are; above that, a count that would tie with a smaller
    one becomes the next larger float32.
    """
    unique, number = np.unique(counts, return_inverse=True)
    values = unique.astype(np.float32)
    if not (values[1:] > values[:-1]).all():
        for place in range(1, len(values)):
            above = np.nextafter(values[place - 1], np.float32(np.inf))
            values[place] = max(values[place], above)
    ordered: FloatArray = values[number.reshape(-1)]
    return ordered


def fit(context: Context) -> Artifact:
    """Count each item's owners in the training pairs."""
    return _fit(context, context.read(tables.TRAIN).where("not validation"))


def refit(context: Context) -> Artifact:
    """Count each item's owners in all pairs."""
    return _fit(context, context.read(tables.INTERACTIONS))


def _fit(context: Context, pairs: "DataFrame") -> Artifact:
    counts = pairs.groupBy("item").count().toPandas()
    items = context.count(tables.ITEMS)
    owners = np.zeros(items, np.int64)
    owners[counts["item"].to_numpy()] = counts["count"].to_numpy()
    users = context.count(tables.USERS)
    return Artifact("popularity", {"popularity": ordered_float32(owners)}, users, items)
