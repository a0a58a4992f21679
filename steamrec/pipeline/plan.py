"""What a next night would run and why, without running anything."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from steamrec.data.context import Context
from steamrec.errors import UsageError
from steamrec.pipeline.stage import Stage, fingerprint_of
from steamrec.settings import Settings
from steamrec.workspace import Receipt, Workspace
from steamrec.workspace.receipts import load_receipt


@dataclass(frozen=True)
class Planned:
    """One stage of the night; `reason` says why it would run, empty when it would not."""

    name: str
    receipt: Receipt | None
    reason: str


def plan(stages: Iterable[Stage], context: Context, same_settings: bool) -> list[Planned]:
    """The stages in order. With `same_settings` each keeps those of its receipt."""
    planned: list[Planned] = []
    for stage in stages:
        receipt = load_receipt(context.workspace, stage.name)
        again = [other.name for other in planned if other.reason and other.name in stage.needs]
        reason = _reason(stage, receipt, again, context, same_settings)
        planned.append(Planned(stage.name, receipt, reason))
    return planned


def _reason(
    stage: Stage, receipt: Receipt | None, again: list[str], context: Context, same_settings: bool
) -> str:
    if receipt is None:
        return "not finished yet"
    if again:
        return f"follows {again[0]}"
    try:
        inputs = _inputs(stage, context)
    except UsageError as error:
        return str(error)
    changed = sorted(
        name
        for name in inputs.keys() | receipt.inputs.keys()
        if inputs.get(name) != receipt.inputs.get(name)
    )
    if changed:
        return f"changed: {', '.join(changed)}"
    settings: dict[str, Any] = json.loads(json.dumps(stage.used(context.settings), default=str))
    if same_settings:
        settings = receipt.settings
    differing = sorted(
        name
        for name in settings.keys() | receipt.settings.keys()
        if settings.get(name) != receipt.settings.get(name)
    )
    if differing:
        return f"changed settings: {', '.join(differing)}"
    if fingerprint_of(stage, inputs, settings) != receipt.fingerprint:
        return "made by another version of steamrec"
    if not all(context.workspace.exists(name) for name in receipt.outputs):
        return "its output is gone"
    return ""


def _inputs(stage: Stage, context: Context) -> dict[str, str]:
    receipts = {name: load_receipt(context.workspace, name) for name in stage.needs}
    hashes = {name: receipt.content_hash for name, receipt in receipts.items() if receipt}
    return hashes | stage.external(context)


def settings_of_receipts(workspace: Workspace) -> Settings:
    """The models and the input that the workspace's receipts tell of; defaults for the rest."""
    from steamrec.settings.load import settings_from
    from steamrec.settings.publishing import FILTERS

    models = [name.removesuffix(".json") for name in workspace.list("receipts/train")]
    order = {name: _finished(workspace, name) for name in models}
    values: dict[str, Any] = {}
    if models:
        values["train"] = {"models": sorted(models, key=lambda name: order[name])}
    ingested = load_receipt(workspace, "ingest")
    if ingested:
        values["input"] = ingested.settings.get("input", {})
    divided = load_receipt(workspace, "split")
    if divided:
        values["split"] = divided.settings
    facts, export, report = (
        load_receipt(workspace, name) for name in ("facts", "export", "report")
    )
    # A receipt of the facts may be left from a night before the one that did without them.
    if facts and (report is None or "facts" in report.inputs):
        values.setdefault("input", {})["items_path"] = facts.settings["input"]["items_path"]
        if export:
            kept = export.settings.items()
            values["export"] = {name: value for name, value in kept if name in FILTERS}
    return settings_from(values, None)


def _finished(workspace: Workspace, model: str) -> str:
    receipt = load_receipt(workspace, f"train/{model}")
    return receipt.finished if receipt else ""
