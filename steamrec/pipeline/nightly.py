"""The commands: which stages each one runs, and the night as a whole."""

import logging
from collections.abc import Sequence
from dataclasses import replace

from steamrec.data.context import Context
from steamrec.data.tables import LIBRARIES
from steamrec.errors import GateRefusedError, UsageError
from steamrec.ingest.sources import find_sources
from steamrec.pipeline.commands import COMMANDS, NIGHTLY
from steamrec.pipeline.declarations import DATE, night
from steamrec.pipeline.last_settings import save_settings
from steamrec.pipeline.preload import preload_networks
from steamrec.pipeline.rule import refuse_stale_inputs
from steamrec.pipeline.runner import check_external_inputs, run_stage
from steamrec.pipeline.stage import Stage
from steamrec.publish.rejection import read_refusal
from steamrec.workspace import Receipt
from steamrec.workspace.receipts import load_receipt

log = logging.getLogger(__name__)


def run_command(command: str, context: Context) -> list[Receipt]:
    """Run the stages behind a command of the command line, each if it has a reason to.

    Returns the receipts of these stages, in order.

    Raises UsageError, before any work starts, when an input from outside is missing or when
    what the command's stages read is not up to date.
    """
    if not COMMANDS[command].dated:
        context.date = _exported_date(context) or context.date
    stages = night(context.settings)
    own = stages_of(command, stages)
    check_external_inputs(own, context)
    if command != NIGHTLY:
        inputs = _without_export(stages) if _refused(own, context) else stages
        refuse_stale_inputs(command, inputs, own, context)
    save_settings(context.workspace, context.settings)
    context.input_bytes = _input_bytes(context)
    return run_stages(own, context)


def _input_bytes(context: Context) -> int:
    """The bytes of the raw input, or of the libraries where those are more or all there is."""
    given = context.settings.input
    try:
        sources = find_sources(given.path, "input.path", tables=given.format == "interactions")
    except UsageError:  # a command that does not read it
        sources = []
    libraries = sum(context.inputs.table_files(LIBRARIES.name).values())
    return max(sum(source.size for source in sources), libraries)


def _exported_date(context: Context) -> str:
    """The date of the last export; empty when there is none."""
    receipt = load_receipt(context.workspace, "export")
    return receipt.basis.external.get(DATE, "") if receipt else ""


def refuse_stale_tables(command: str, names: Sequence[str], context: Context) -> None:
    """Raise UsageError unless the stages `names`, which `command` reads, are up to date."""
    stages = night(context.settings)
    reader = Stage(command, command, "", tuple(names), "")
    refuse_stale_inputs(command, [*stages, reader], [reader], context)


def stages_of(command: str, stages: Sequence[Stage]) -> list[Stage]:
    """Those of the night's stages that a command runs; "nightly" runs all of them."""
    return [stage for stage in stages if command in (NIGHTLY, stage.command)]


def run_stages(stages: Sequence[Stage], context: Context) -> list[Receipt]:
    """Run the stages in order; finished ones are left alone. Returns their receipts.

    When a gate refuses to publish, a report among the stages tells of it before the error goes on.
    """
    receipts = []
    for number, stage in enumerate(stages):
        if number == 1:  # the first stage has found the input to be sound
            preload_networks(stages[1:], context)
        try:
            receipts.append(_run(stage, context))
        except GateRefusedError:
            _report_refusal(stages, context)
            raise
    return receipts


def _report_refusal(stages: Sequence[Stage], context: Context) -> None:
    """Run the report among `stages`; should it fail, the refusal is still what the night says."""
    for stage in stages:
        if stage.name == "report":
            try:
                _run(stage, context)
            except Exception as error:
                log.warning("report: the refused run could not be reported: %s", error)


def _run(stage: Stage, context: Context) -> Receipt:
    if _refused([stage], context):
        stage = _without_export([stage])[0]
    return run_stage(stage, context)


def _refused(stages: Sequence[Stage], context: Context) -> bool:
    """Whether `stages` are the report alone, of a night whose export a gate refused."""
    return [stage.name for stage in stages] == ["report"] and bool(read_refusal(context.workspace))


def _without_export(stages: Sequence[Stage]) -> list[Stage]:
    """The stages, their report as it is without an export."""
    return [
        replace(stage, inputs=tuple(name for name in stage.inputs if name != "export"))
        if stage.name == "report"
        else stage
        for stage in stages
    ]
