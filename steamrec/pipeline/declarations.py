"""Every stage of the night, declared once, in the order in which they run.

The command line, the jobs, the runner, `steamrec status`, the report and the docs read these.
"""

from steamrec.data.context import Context
from steamrec.ingest.interactions import interaction_columns
from steamrec.ingest.own_tables import refuse_own_tables
from steamrec.ingest.predefined_split import holdout_fingerprints, negatives_fingerprints
from steamrec.ingest.sources import find_sources, fingerprints
from steamrec.ingest.table_parts import table_fingerprints
from steamrec.models.registry import MODELS
from steamrec.pipeline.stage import Stage
from steamrec.publish.model_choice import check_choice, choice_inputs
from steamrec.settings import Settings

STAGES = "steamrec.pipeline.stages"
DATE = "the date"  # as an input of the export


def _input(context: Context) -> dict[str, str]:
    """The raw file, or the user's own interactions."""
    given = context.settings.input
    tables = given.format == "interactions"
    sources = find_sources(given.path, "input.path", tables)
    refuse_own_tables(context.workspace, [source.path for source in sources], "input.path")
    if tables:
        columns = interaction_columns(context.settings)
        return table_fingerprints(given.path, "input.path", columns)
    return fingerprints(sources, "input.path")


def _items_file(context: Context) -> dict[str, str]:
    sources = find_sources(context.settings.input.items_path, "input.items_path")
    refuse_own_tables(context.workspace, [source.path for source in sources], "input.items_path")
    return fingerprints(sources, "input.items_path")


def _published_split(context: Context) -> dict[str, str]:
    """The published holdout and negatives, where the split is predefined."""
    split = context.settings.split
    if split.method == "given":
        for name in ("holdout_path", "negatives_path"):
            if path := getattr(split, name):
                sources = find_sources(path, f"split.{name}", tables=True)
                files = [source.path for source in sources]
                refuse_own_tables(context.workspace, files, f"split.{name}")
    return holdout_fingerprints(context) | negatives_fingerprints(context)


def _choice(context: Context, models: tuple[str, ...]) -> dict[str, str]:
    """The model to export, which also depends on the one that is published now."""
    check_choice(context.settings, models)
    return choice_inputs(context)


def _date(context: Context) -> dict[str, str]:
    return {DATE: context.date}


INGEST = Stage(
    name="ingest",
    command="ingest",
    summary="Read the raw lines; quarantine lines that cannot be read.",
    inputs=(),
    run=f"{STAGES}.ingest:run",
    external=_input,
)
PREPARE = Stage(
    name="prepare",
    command="prepare",
    summary="Choose users and items, number them, and build the interactions.",
    inputs=("ingest",),
    run=f"{STAGES}.prepare:run",
    external=_published_split,
)
SPLIT = Stage(
    name="split",
    command="prepare",
    summary="Hold one item of each user out of training.",
    inputs=("prepare",),
    run=f"{STAGES}.split:run",
)
METADATA = Stage(
    name="item_metadata",
    command="prepare",
    summary="Read genres, tags and prices of the items.",
    inputs=("prepare",),
    run=f"{STAGES}.item_metadata:run",
    external=_items_file,
)
SAMPLE = Stage(
    name="sample",
    command="sample",
    summary="Draw the negatives for training and evaluation.",
    inputs=("prepare", "split"),
    run=f"{STAGES}.sample:run",
)


def train(model: str) -> Stage:
    """The stage that fits one model and saves it under models/<model>."""
    spec = MODELS[model]
    return Stage(
        name=f"train/{model}",
        command="train",
        summary=f"Fit {model}: {spec.title}.",
        inputs=("prepare", "split", *(("sample",) if spec.network else ())),
        run=f"{STAGES}.train:run",
        arguments={"model": model},
        code=spec.modules,
    )


def rank(model: str) -> Stage:
    """The stage that ranks the held-out items by one model."""
    return Stage(
        name=f"rank/{model}",
        command="evaluate",
        summary=f"Rank the held-out items by {model}.",
        inputs=("prepare", "split", "sample", f"train/{model}"),
        run=f"{STAGES}.rank:run",
        arguments={"model": model},
        code=MODELS[model].modules,
    )


def evaluate(models: tuple[str, ...]) -> Stage:
    """The stage that turns all models' ranks into metrics.json."""
    return Stage(
        name="evaluate",
        command="evaluate",
        summary="Turn the ranks into metrics with intervals.",
        inputs=("prepare", "split", *(f"rank/{name}" for name in models)),
        run=f"{STAGES}.evaluate:run",
        arguments={"models": models},
    )


def refit(models: tuple[str, ...]) -> Stage:
    """The stage that fits the exported model again, on all pairs."""
    return Stage(
        name="refit",
        command="export",
        summary="Fit the exported model again, on all pairs.",
        inputs=("prepare", "evaluate", *(f"train/{name}" for name in models)),
        run=f"{STAGES}.refit:run",
        external=lambda context: _choice(context, models),
        code=tuple(module for name in models for module in MODELS[name].modules),
    )


def export(models: tuple[str, ...], metadata: bool) -> Stage:
    """The stage that writes the lists, checks them and publishes them."""
    return Stage(
        name="export",
        command="export",
        summary="Write a list per user, check the lists and publish them.",
        inputs=(
            *("ingest", "prepare", "evaluate", "refit"),
            *(("item_metadata",) if metadata else ()),
            *(f"train/{name}" for name in models),
        ),
        run=f"{STAGES}.export:run",
        arguments={"models": models},
        external=lambda context: {**_date(context), **_choice(context, models)},
        code=tuple(module for name in models for module in MODELS[name].modules),
    )


def report(models: tuple[str, ...], stages: tuple[str, ...], metadata: bool) -> Stage:
    """The stage that writes report.html about `stages`."""
    return Stage(
        name="report",
        command="report",
        summary="Write report.html: figures, charts, a few users' lists.",
        inputs=(
            *("ingest", "prepare", "split", "evaluate", "export"),
            *(("item_metadata",) if metadata else ()),
            *(f"train/{name}" for name in models),
        ),
        run=f"{STAGES}.report:run",
        arguments={"models": models, "stages": stages},
    )


def fitted_models(settings: Settings) -> tuple[str, ...]:
    """The models of the night in order; popularity is always among them."""
    return ("popularity", *(name for name in settings.train.models if name != "popularity"))


def night(settings: Settings) -> tuple[Stage, ...]:
    """All stages of a night with these settings, in order."""
    models = fitted_models(settings)
    metadata = bool(settings.input.items_path)
    stages = (
        *(INGEST, PREPARE, SPLIT, *((METADATA,) if metadata else ()), SAMPLE),
        *(train(name) for name in models),
        *(rank(name) for name in models),
        evaluate(models),
        refit(models),
        export(models, metadata),
    )
    return (*stages, report(models, tuple(stage.name for stage in stages), metadata))
