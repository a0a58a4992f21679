"""The night: which stages there are and in which order they run."""

from collections.abc import Iterable

from steamrec.settings import Settings
from steamrec.stage import Context, Stage, run_stage
from steamrec.stages import export, ingest, prepare, sample, split
from steamrec.stages.evaluate import evaluate_stage
from steamrec.stages.rank import rank_stage
from steamrec.stages.report import report_stage
from steamrec.stages.train import fitted_models, train_stage


def stages_of(command: str, settings: Settings) -> list[Stage]:
    """The stages behind a command of the command line; "nightly" is all of them."""
    models = fitted_models(settings)
    commands = {
        "ingest": [ingest.STAGE],
        "prepare": [prepare.STAGE, split.STAGE],
        "sample": [sample.STAGE],
        "train": [train_stage(name) for name in models],
        "evaluate": [*(rank_stage(name) for name in models), evaluate_stage(models)],
        "export": [export.export_stage(models)],
    }
    told = [stage.name for stages in commands.values() for stage in stages]
    commands["report"] = [report_stage(models, told)]
    if command == "nightly":
        return [stage for stages in commands.values() for stage in stages]
    return commands[command]


def run_stages(stages: Iterable[Stage], context: Context) -> None:
    """Run the stages in order; finished ones are left alone."""
    for stage in stages:
        run_stage(stage, context)
