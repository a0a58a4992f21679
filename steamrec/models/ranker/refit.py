"""The published ranker: counts and weights of all pairs, under the networks that were measured."""

from dataclasses import replace

from steamrec.data import tables
from steamrec.data.context import Context
from steamrec.models.ranker.settings import RankerSettings
from steamrec.models.ranker.training_data import fit_retrieval
from steamrec.scoring.artifact import Artifact, load_artifact

NAME = "ranker"


def refit(context: Context) -> Artifact:
    """The fitted ranker with its retrieval fitted again on every pair; its networks stay."""
    measured = load_artifact(context.workspace, NAME)
    regularization = context.settings.section("ranker", RankerSettings).regularization
    retrieval = fit_retrieval(context, context.read(tables.INTERACTIONS), regularization)
    return replace(measured, arrays=measured.arrays | retrieval.arrays())
