"""Which scorer serves which model."""

from importlib import import_module

from steamrec.models.ncf.registry import NETWORKS
from steamrec.scoring.artifact import Artifact
from steamrec.scoring.scorer import Scorer

SCORERS = {
    "popularity": "steamrec.models.popularity:PopularityScorer",
    "ease": "steamrec.models.ease.scorer:EaseScorer",
    "als": "steamrec.scoring.factors:FactorScorer",
    "gmf": "steamrec.scoring.factors:FactorScorer",
    "mlp": "steamrec.models.ncf.scorers:MlpScorer",
    "neumf": "steamrec.models.ncf.scorers:NeumfScorer",
    "ranker": "steamrec.models.ranker.scorer:RankerScorer",
}

# The scorer of a network that has none of its own.
ANY_NETWORK = "steamrec.models.ncf.keras_scorer:KerasScorer"

# Models that score whoever owns something, known when they were fitted or not.
SERVES_NEW_USERS = ("ease", "ranker")


def make_scorer(artifact: Artifact) -> Scorer:
    """The scorer of a fitted model: its class is called with the artifact."""
    if artifact.name not in SCORERS and artifact.name not in NETWORKS:
        raise ValueError(f"there is no model {artifact.name!r}")
    module, name = SCORERS.get(artifact.name, ANY_NETWORK).split(":")
    scorer: Scorer = getattr(import_module(module), name)(artifact)
    return scorer
