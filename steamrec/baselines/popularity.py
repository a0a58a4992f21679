"""Popularity: how many training users own each item."""

import numpy as np

from steamrec import tables
from steamrec.models.artifact import Artifact
from steamrec.stage import Context


def fit(context: Context) -> Artifact:
    """Count each item's owners in the training pairs."""
    fitted = context.read(tables.TRAIN).where("not validation")
    counts = fitted.groupBy("item").count().toPandas()
    items = context.read(tables.ITEMS).count()
    popularity = np.zeros(items, np.float32)
    popularity[counts["item"].to_numpy()] = counts["count"].to_numpy()
    users = context.read(tables.USERS).count()
    return Artifact("popularity", {"popularity": popularity}, users, items)
