"""Spark MLlib's ALS with implicit preferences (Hu, Koren, Volinsky, ICDM 2008)."""

from typing import ClassVar

import numpy as np
import numpy.typing as npt
from pydantic import Field

from steamrec.data import tables
from steamrec.data.context import Context
from steamrec.scoring.artifact import Artifact
from steamrec.settings.search import Between, OneOf, SearchRange
from steamrec.settings.section import ListLength, PositiveFloat, Section, Width
from steamrec.training.finite import refuse_non_finite


class AlsSettings(Section):
    """Spark MLlib's ALS with implicit preferences (Hu, Koren, Volinsky, 2008)."""

    search: ClassVar[dict[str, SearchRange]] = {
        "factors": OneOf((32, 64, 128)),
        "regularization": Between(0.001, 1.0),
        "alpha": Between(1.0, 100.0),
    }

    factors: Width = Field(64, description="Width of the factors.")
    iterations: ListLength = Field(
        10, description="Passes; each solves for all users, then for all items."
    )
    regularization: PositiveFloat = Field(0.01, description="L2 regularization of the factors.")
    alpha: PositiveFloat = Field(10.0, description="The confidence of an owned pair is 1 + alpha.")


def fit(context: Context) -> Artifact:
    """Factors of the training pairs, every pair with preference 1.

    Raises NumericalError when they are not finite.
    """
    from pyspark.ml.recommendation import ALS
    from pyspark.sql import DataFrame
    from pyspark.sql import functions as F

    settings = context.settings.section("als", AlsSettings)
    als = ALS(
        rank=settings.factors,
        maxIter=settings.iterations,
        regParam=settings.regularization,
        alpha=settings.alpha,
        implicitPrefs=True,
        userCol="user",
        itemCol="item",
        ratingCol="rating",
        seed=context.settings.train.seed,
        intermediateStorageLevel="MEMORY_AND_DISK",
        finalStorageLevel="MEMORY_AND_DISK",
    )
    pairs = context.read(tables.TRAIN).where("not validation").select("user", "item")
    fitted = als.fit(pairs.withColumn("rating", F.lit(1.0)))

    def dense(factors: DataFrame, size: int) -> npt.NDArray[np.float32]:
        known = factors.toPandas()
        array = np.zeros((size, settings.factors), np.float32)
        array[known["id"].to_numpy()] = np.array(known["features"].tolist(), np.float32)
        return array

    users = context.count(tables.USERS)
    items = context.count(tables.ITEMS)
    arrays = {
        "user_factors": dense(fitted.userFactors, users),
        "item_factors": dense(fitted.itemFactors, items),
    }
    refuse_non_finite(arrays, "als", "raise train.als.regularization or lower train.als.alpha")
    return Artifact("als", arrays, users, items, settings.model_dump(mode="json"))
