"""Train: one stage per model, so that a night that died fits only what is missing."""

from importlib import import_module
from typing import Any

from steamrec.data.context import Context
from steamrec.models.registry import MODELS
from steamrec.pipeline.stage import Outcome
from steamrec.scoring.artifact import Artifact, folder, save_artifact


def run(context: Context, model: str) -> Outcome:
    """Fit one model and save it under models/<model>."""
    artifact = fit_model(context, model)
    save_artifact(context.workspace, artifact)
    counts: dict[str, Any] = {
        "arrays": len(artifact.arrays),
        "parameters": sum(int(array.size) for array in artifact.arrays.values()),
    }
    return Outcome(hashes={folder(model): artifact.content_hash}, counts=counts)


def fit_model(context: Context, name: str) -> Artifact:
    """Fit the model `name` on the workspace's tables; returns it, unsaved."""
    spec = MODELS[name]
    module, _, function = spec.fit.partition(":")
    # Imported here: each model's library is loaded only by a night that fits it.
    fit = getattr(import_module(module), function)
    artifact: Artifact = fit(context, name) if spec.network else fit(context)
    return artifact
