"""The night: which stages there are and in which order they run."""

import logging
from collections.abc import Iterable

from steamrec.data.context import Context
from steamrec.errors import GateRefusedError
from steamrec.pipeline.stage import Stage, run_stage
from steamrec.pipeline.stages import export, ingest, item_metadata, prepare, sample, split
from steamrec.pipeline.stages.evaluate import evaluate_stage
from steamrec.pipeline.stages.rank import rank_stage
from steamrec.pipeline.stages.report import refused_report, report_stage
from steamrec.pipeline.stages.train import fitted_models, train_stage
from steamrec.publish.rejection import read_refusal
from steamrec.settings import Settings

log = logging.getLogger(__name__)


def stages_of(command: str, settings: Settings) -> list[Stage]:
    """The stages behind a command of the command line; "nightly" is all of them."""
    models = fitted_models(settings)
    given = [item_metadata.STAGE] if settings.input.items_path else []
    commands = {
        "ingest": [ingest.STAGE],
        "prepare": [prepare.STAGE, split.STAGE, *given],
        "sample": [sample.STAGE],
        "train": [train_stage(name) for name in models],
        "evaluate": [*(rank_stage(name) for name in models), evaluate_stage(models)],
        "export": [export.export_stage(models, bool(settings.export.filters))],
    }
    told = [stage.name for stages in commands.values() for stage in stages]
    commands["report"] = [report_stage(models, told, bool(given))]
    if command == "nightly":
        return [stage for stages in commands.values() for stage in stages]
    return commands[command]


def run_stages(stages: Iterable[Stage], context: Context) -> None:
    """Run the stages in order; finished ones are left alone.

    When a gate refuses to publish, a report among the stages tells of it before the error goes on.
    Raises UsageError before the first one when any of them lacks its input from outside.
    """
    stages = list(stages)
    for stage in stages:
        stage.external(context)
    for stage in stages:
        try:
            _run(stage, context)
        except GateRefusedError:
            _report_refusal(stages, context)
            raise


def _report_refusal(stages: Iterable[Stage], context: Context) -> None:
    """Run the report among `stages`; should it fail, the refusal is still what the night says."""
    for stage in stages:
        if stage.name == "report":
            try:
                _run(stage, context)
            except Exception as error:
                log.warning("report: it could not tell of the refused run: %s", error)


def _run(stage: Stage, context: Context) -> None:
    if stage.name == "report" and read_refusal(context.workspace):
        stage = refused_report(stage)
    run_stage(stage, context)
