"""Train: one stage for each model, so that a night that died fits only what is missing."""

import logging
from typing import Any

from steamrec.data.context import Context
from steamrec.pipeline.stage import Outcome, Stage
from steamrec.scoring.artifact import Artifact, folder, save_artifact
from steamrec.settings import Settings
from steamrec.settings.models import NETWORK_NAMES

log = logging.getLogger(__name__)

FITTERS = {
    "popularity": "steamrec.models.popularity",
    "ease": "steamrec.models.ease.fit",
    "als": "steamrec.models.als",
    "ranker": "steamrec.models.ranker.fit",
}
SEEDED = ("ranker",)
VERSIONS = {"ranker": 2} | dict.fromkeys(NETWORK_NAMES, 4)  # 1 for the others


def fitted_models(settings: Settings) -> tuple[str, ...]:
    """The models of the night in order; popularity is always among them."""
    return ("popularity", *(name for name in settings.train.models if name != "popularity"))


def train_stage(name: str) -> Stage:
    """The stage "train/<name>" that fits one model and saves it under models/<name>."""

    def run(context: Context) -> Outcome:
        artifact = fit_model(context, name)
        save_artifact(context.workspace, artifact)
        counts: dict[str, Any] = {
            "arrays": len(artifact.arrays),
            "parameters": sum(int(array.size) for array in artifact.arrays.values()),
        }
        return Outcome(hashes={folder(name): artifact.content_hash}, counts=counts)

    def used(settings: Settings) -> dict[str, Any]:
        if name in NETWORK_NAMES:
            return settings.network(name)
        own = getattr(settings.train, name, None)
        used: dict[str, Any] = own.model_dump(mode="json") if own else {}
        if name in SEEDED:
            used["seed"] = settings.train.seed
        return used

    needs = ("split", "sample") if name in NETWORK_NAMES else ("split",)
    version = VERSIONS.get(name, 1)
    return Stage(name=f"train/{name}", version=version, needs=needs, used=used, run=run)


def fit_model(context: Context, name: str) -> Artifact:
    """Fit the model `name` on the workspace's tables; returns it, unsaved."""
    # Each model's library is imported only by a night that fits it.
    if name in NETWORK_NAMES:
        from steamrec.training.fit import fit_network

        return fit_network(context, name)
    from importlib import import_module

    artifact: Artifact = import_module(FITTERS[name]).fit(context)
    return artifact
