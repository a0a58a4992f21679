"""Refit: after the measuring, the exported model is fitted again on all pairs.

What was measured never saw the held-out and validation items; what is published need not go
without them. Only models whose refit is a small part of a night have one (ModelSpec.refit).
"""

from dataclasses import replace
from importlib import import_module

from steamrec.data.context import Context
from steamrec.models.registry import MODELS, refit_name
from steamrec.pipeline.stage import Outcome
from steamrec.publish.exported_artifact import FALLBACK
from steamrec.publish.model_choice import exported_model
from steamrec.scoring.artifact import Artifact, folder, save_artifact


def run(context: Context) -> Outcome:
    """Save models/refit/<name> for the exported model and for popularity, who serves the others."""
    model = exported_model(context).model
    outcome = Outcome(counts={"model": model, "refitted": "nothing"})
    if not context.settings.export.refit:
        return outcome
    names = [name for name in dict.fromkeys((model, FALLBACK)) if MODELS[name].refit]
    for name in names:
        artifact = replace(_refitted(context, name), name=refit_name(name))
        save_artifact(context.workspace, artifact)
        outcome.hashes[folder(artifact.name)] = artifact.content_hash
    outcome.counts["refitted"] = ", ".join(names)
    return outcome


def _refitted(context: Context, name: str) -> Artifact:
    module, _, function = str(MODELS[name].refit).partition(":")
    artifact: Artifact = getattr(import_module(module), function)(context)
    return artifact
