"""What a stage is, and the rule by which it runs or is left alone."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from steamrec.data.context import Context
from steamrec.data.tables import Table
from steamrec.errors import RunError, SteamrecError, UsageError
from steamrec.settings import Settings
from steamrec.workspace import Receipt
from steamrec.workspace.receipts import digest, load_receipt, receipt_name

log = logging.getLogger(__name__)


@dataclass
class Outcome:
    """What a stage's run leaves for its receipt.

    `tables` were written and are hashed by the runner; `hashes` are those of outputs that are
    no tables (models, files) or were hashed by the stage itself, which then gives their `rows`;
    `counts` are figures for people, in the order to print them.
    """

    tables: list[Table] = field(default_factory=list)
    hashes: dict[str, str] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)
    counts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Stage:
    """One stage.

    `version` grows when the code changes what the stage writes. `used` picks the settings that
    its output depends on; `external` fingerprints input from outside of the workspace.
    """

    name: str
    version: int
    needs: tuple[str, ...]
    used: Callable[[Settings], dict[str, Any]]
    run: Callable[[Context], Outcome]
    external: Callable[[Context], dict[str, str]] = lambda context: {}


def run_stage(stage: Stage, context: Context) -> Receipt:
    """Run `stage` unless its receipt still matches; returns the receipt.

    Raises UsageError when a stage that it needs has not run.
    """
    inputs = _input_hashes(stage, context) | stage.external(context)
    settings = stage.used(context.settings)
    fingerprint = fingerprint_of(stage, inputs, settings)
    known = load_receipt(context.workspace, stage.name)
    if known and not context.fresh and known.fingerprint == fingerprint:
        if all(context.workspace.exists(name) for name in known.outputs):
            log.info("%s: up to date (finished %s), not run again", stage.name, known.finished)
            return known
        log.warning("%s: its receipt matches but its output is gone; running again", stage.name)
    context.workspace.remove(receipt_name(stage.name))
    log.info("%s: started", stage.name)
    start = time.perf_counter()
    try:
        outcome = stage.run(context)
    except Exception as error:
        fault = None if isinstance(error, SteamrecError) else _fault(error, stage, context)
        if fault is None:
            raise
        raise fault from error
    receipt = Receipt(
        stage=stage.name,
        fingerprint=fingerprint,
        settings=settings,
        inputs=inputs,
        outputs=_outputs(outcome, context),
        counts=outcome.counts,
        seconds=round(time.perf_counter() - start, 1),
        finished=datetime.now(UTC).isoformat(timespec="seconds"),
    )
    receipt.save(context.workspace)
    if "spark" in context.__dict__:
        context.spark.catalog.clearCache()  # what a stage persisted is of no use to the next
    for name, value in outcome.counts.items():
        shown = f"{value:,}" if isinstance(value, int) else value
        log.info("%s:   %s: %s", stage.name, name.replace("_", " "), shown)
    log.info("%s: finished in %.1f s", stage.name, receipt.seconds)
    return receipt


def _fault(error: Exception, stage: Stage, context: Context) -> RunError | None:
    from steamrec.workspace.disk_errors import explain_fault

    return explain_fault(error, context.workspace, stage.name)


def fingerprint_of(stage: Stage, inputs: dict[str, str], settings: dict[str, Any]) -> str:
    """What a receipt must say for `stage` to be left alone."""
    return digest([stage.name, stage.version, inputs, settings])


def _input_hashes(stage: Stage, context: Context) -> dict[str, str]:
    hashes = {}
    for name in stage.needs:
        receipt = load_receipt(context.workspace, name)
        if receipt is None:
            raise UsageError(
                f"The workspace {context.workspace.root} has no finished '{name}', which "
                f"'{stage.name}' needs; run `steamrec {command_of(name)}` first, or "
                "`steamrec nightly`."
            )
        hashes[name] = receipt.content_hash
    return hashes


def command_of(stage: str) -> str:
    """The command of the command line that runs a stage."""
    command = stage.split("/")[0]
    return {"split": "prepare", "facts": "prepare", "rank": "evaluate"}.get(command, command)


def _outputs(outcome: Outcome, context: Context) -> dict[str, dict[str, Any]]:
    from steamrec.spark.content_hash import content_hash

    outputs: dict[str, dict[str, Any]] = {}
    for table in outcome.tables:
        rows, hashed = content_hash(context.read(table), table.hashed)
        outputs[table.name] = {"rows": rows, "content_hash": hashed}
    for name, hashed in outcome.hashes.items():
        outputs[name] = {"content_hash": hashed}
        if name in outcome.rows:
            outputs[name]["rows"] = outcome.rows[name]
    return outputs
