"""Which scorer serves which model."""

from importlib import import_module

from steamrec.models.artifact import Artifact
from steamrec.models.scorer import Scorer

SCORERS = {
    "popularity": "steamrec.models.popularity:PopularityScorer",
    "ease": "steamrec.models.ease:EaseScorer",
    "als": "steamrec.models.factors:FactorScorer",
    "gmf": "steamrec.models.factors:FactorScorer",
    "mlp": "steamrec.models.neural:MlpScorer",
    "neumf": "steamrec.models.neural:NeumfScorer",
    "ranker": "steamrec.models.ranker:RankerScorer",
}

# Models that score whoever owns something, known when they were fitted or not.
SERVES_NEW_USERS = ("ease", "ranker")


def make_scorer(artifact: Artifact) -> Scorer:
    """The scorer of a fitted model: its class is called with the artifact."""
    module, name = SCORERS[artifact.name].split(":")
    scorer: Scorer = getattr(import_module(module), name)(artifact)
    return scorer
