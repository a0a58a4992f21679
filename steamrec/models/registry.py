"""The models: each is declared once, and all else derives from its declaration."""

from dataclasses import dataclass
from importlib import import_module
from typing import Any

from steamrec.scoring.artifact import Artifact
from steamrec.scoring.scorer import Scorer
from steamrec.settings.section import Section


@dataclass(frozen=True)
class ModelSpec:
    """One model.

    Attributes:
        name: also its section of settings (`[train.<name>]`) and its folder in the workspace.
        title: what it is, in words.
        settings: the "module:Class" of its section of the settings; "" if it has none. Every
            command imports the module, so it imports no TensorFlow and no Spark at its top.
        fit: the "module:function" that fits it, called with the context (and the name, for a
            network).
        scorer: the "module:Class" that scores, called with the artifact.
        network: the module with its NETWORK, if the epoch loop trains it on sampled negatives.
        scores_new_users: it scores any user from owned items, also users on whom it was not fitted.
        item_item: its artifact has `weights` from item to item.
        baseline: other models are compared with it.
        refit: the "module:function" that fits it again on all pairs, held-out ones too, called
            with the context; for models whose refit takes less than a tenth of a night.
    """

    name: str
    title: str
    settings: str = ""
    fit: str = "steamrec.training.fit:fit_network"
    scorer: str = "steamrec.models.ncf.keras_scorer:KerasScorer"
    network: str = ""
    scores_new_users: bool = False
    item_item: bool = False
    baseline: bool = False
    refit: str = ""

    @property
    def modules(self) -> tuple[str, ...]:
        """The modules from which its code is reached."""
        return tuple(
            dict.fromkeys(
                entry.partition(":")[0]
                for entry in (self.fit, self.scorer, self.refit, self.network)
                if entry
            )
        )


MODELS: dict[str, ModelSpec] = {
    spec.name: spec
    for spec in (
        ModelSpec(
            name="popularity",
            title="the items with the most owners",
            fit="steamrec.models.popularity:fit",
            scorer="steamrec.models.popularity:PopularityScorer",
            refit="steamrec.models.popularity:refit",
            baseline=True,
        ),
        ModelSpec(
            name="ease",
            title="item-item weights in closed form",
            settings="steamrec.models.ease.settings:EaseSettings",
            fit="steamrec.models.ease.fit:fit",
            scorer="steamrec.models.ease.scorer:EaseScorer",
            refit="steamrec.models.ease.fit:refit",
            scores_new_users=True,
            item_item=True,
            baseline=True,
        ),
        ModelSpec(
            name="als",
            title="matrix factorisation by alternating least squares",
            settings="steamrec.models.als:AlsSettings",
            fit="steamrec.models.als:fit",
            scorer="steamrec.scoring.factors:FactorScorer",
            baseline=True,
        ),
        ModelSpec(
            name="gmf",
            title="generalised matrix factorisation",
            settings="steamrec.models.ncf.settings:GmfSettings",
            scorer="steamrec.scoring.factors:FactorScorer",
            network="steamrec.models.ncf.gmf",
        ),
        ModelSpec(
            name="mlp",
            title="multi-layer perceptron",
            settings="steamrec.models.ncf.settings:MlpSettings",
            scorer="steamrec.models.ncf.scorers:MlpScorer",
            network="steamrec.models.ncf.mlp",
        ),
        ModelSpec(
            name="neumf",
            title="GMF and MLP joined",
            settings="steamrec.models.ncf.settings:NeumfSettings",
            scorer="steamrec.models.ncf.scorers:NeumfScorer",
            network="steamrec.models.ncf.neumf",
        ),
        ModelSpec(
            name="ranker",
            title="EASE proposes candidates, a small network orders them",
            settings="steamrec.models.ranker.settings:RankerSettings",
            fit="steamrec.models.ranker.fit:fit",
            scorer="steamrec.models.ranker.scorer:RankerScorer",
            refit="steamrec.models.ranker.refit:refit",
            scores_new_users=True,
            item_item=True,
        ),
    )
}

SERVES_NEW_USERS = tuple(name for name, spec in MODELS.items() if spec.scores_new_users)


def settings_class(model: str) -> type[Section] | None:
    """The class of a model's section of the settings; None where it has none."""
    entry = MODELS[model].settings
    return _load(entry) if entry else None


def _load(entry: str) -> Any:
    """What "module:name" names."""
    module, _, name = entry.partition(":")
    return getattr(import_module(module), name)


def refit_name(model: str) -> str:
    """The artifact of a model that was fitted again on all pairs."""
    return f"refit/{model}"


def make_scorer(artifact: Artifact) -> Scorer:
    """The scorer of a fitted or refitted model: its class is called with the artifact."""
    spec = MODELS.get(artifact.name.removeprefix(refit_name("")))
    if spec is None:
        raise ValueError(f"there is no model {artifact.name!r}")
    scorer: Scorer = _load(spec.scorer)(artifact)
    return scorer
