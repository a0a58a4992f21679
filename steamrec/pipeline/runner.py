"""Running stages in order, each only when it has a reason to."""

import logging
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from steamrec.data.context import Context
from steamrec.data.tables import Table
from steamrec.errors import SteamrecError, UsageError
from steamrec.pipeline.rule import FRESH, basis_of, reason_to_run
from steamrec.pipeline.stage import Outcome, Stage
from steamrec.settings.recorder import recorded
from steamrec.workspace import Receipt
from steamrec.workspace.disk_errors import explain_fault
from steamrec.workspace.file_sums import file_sums
from steamrec.workspace.receipts import load_receipt, receipt_name

log = logging.getLogger(__name__)


def run_stage(stage: Stage, context: Context) -> Receipt:
    """Run `stage` if the rule says so; returns its receipt.

    Raises UsageError when a stage that it reads has not run.
    """
    _refuse_missing_inputs(stage, context)
    reason = FRESH if context.fresh else reason_to_run(stage, context)
    if not reason:
        receipt = load_receipt(context.workspace, stage.name)
        assert receipt is not None, "a stage without a receipt has a reason to run"
        log.info("%s: up to date (finished %s), not run again", stage.name, receipt.finished)
        return receipt
    settings, read = context.settings, dict[str, Any]()
    context.workspace.remove(receipt_name(stage.name))
    log.info("%s: started, as %s", stage.name, reason)
    start = time.perf_counter()
    basis = basis_of(stage, context, {})  # before the work: an input that changes meanwhile counts
    context.settings = recorded(settings, read)
    context.begin(stage.name)
    try:
        outcome = stage.start(context)
        context.settings = settings
        outputs = _outputs(outcome, context)
        receipt = Receipt(
            stage=stage.name,
            basis=replace(basis, settings=read | basis.settings),
            outputs=outputs,
            files={name: file_sums(context.workspace, name) for name in outputs},
            counts=outcome.counts,
            seconds=round(time.perf_counter() - start, 1),
            finished=datetime.now(UTC).isoformat(timespec="seconds"),
        )
        receipt.save(context.workspace)
    except SteamrecError:
        raise
    except Exception as error:
        explained = explain_fault(error, context.workspace, stage.name)
        if explained is None:
            raise
        raise explained from error
    finally:
        context.settings = settings
    context.release()
    for name, value in outcome.counts.items():
        if isinstance(value, list):
            continue  # for `steamrec status`, not for a line
        shown = f"{value:,}" if isinstance(value, int) else value
        log.info("%s:   %s: %s", stage.name, name.replace("_", " "), shown)
    log.info("%s: finished in %.1f s", stage.name, receipt.seconds)
    return receipt


def _refuse_missing_inputs(stage: Stage, context: Context) -> None:
    for name in stage.inputs:
        if load_receipt(context.workspace, name) is None:
            raise UsageError(
                f"The workspace {context.workspace.root} has no finished '{name}', which "
                f"'{stage.name}' needs; run `steamrec nightly`, which runs all stages in order."
            )


def check_external_inputs(stages: Sequence[Stage], context: Context) -> None:
    """Raise UsageError, before any work starts, when an input from outside is missing."""
    for stage in stages:
        stage.external(context)


def _outputs(outcome: Outcome, context: Context) -> dict[str, dict[str, Any]]:
    outputs: dict[str, dict[str, Any]] = {}
    for table in outcome.tables:
        rows, hashed = context.written.get(table.name) or _hash(table, context)
        outputs[table.name] = {"rows": rows, "content_hash": hashed}
    for name, hashed in outcome.hashes.items():
        outputs[name] = {"content_hash": hashed}
        if name in outcome.rows:
            outputs[name]["rows"] = outcome.rows[name]
    return outputs


def _hash(table: Table, context: Context) -> tuple[int, str]:
    """The rows and the content hash of a table that was not written by `Context.write`."""
    from steamrec.spark.content_hash import content_hash

    return content_hash(context.read(table), table.hashed)
