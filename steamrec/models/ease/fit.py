"""Fitting EASE: counts from Spark, then dense or sparse weights on the driver."""

import logging
from typing import TYPE_CHECKING

from steamrec.data import tables
from steamrec.data.context import Context
from steamrec.models.ease.dense import ease_weights
from steamrec.models.ease.gram_parts import gram_matrix, sparse_gram
from steamrec.models.ease.settings import EaseSettings
from steamrec.models.ease.solver import choose_solver
from steamrec.models.ease.sparse_arrays import to_arrays
from steamrec.scoring.artifact import Artifact
from steamrec.spark.memory import machine_memory

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

log = logging.getLogger(__name__)


def fit(context: Context) -> Artifact:
    """The weights of the training pairs."""
    return _fit(context, context.read(tables.TRAIN).where("not validation"))


def refit(context: Context) -> Artifact:
    """The weights of all pairs."""
    return _fit(context, context.read(tables.INTERACTIONS))


def _fit(context: Context, pairs: "DataFrame") -> Artifact:
    items, users = context.count(tables.ITEMS), context.count(tables.USERS)
    settings = context.settings.section("ease", EaseSettings)
    if choose_solver(settings.solver, items, machine_memory()) == "sparse":
        from steamrec.models.ease.sparse import sparse_weights  # its kernel is compiled on import

        log.info("train/ease: sparse weights, %d per item", settings.neighbours)
        counts = sparse_gram(context, pairs, items)
        arrays = to_arrays(sparse_weights(counts, settings.regularization, settings.neighbours))
    else:
        gram = gram_matrix(context, pairs, items)
        arrays = {"weights": ease_weights(gram, settings.regularization)}
    return Artifact("ease", arrays, users, items, settings.model_dump(mode="json"))
