"""The search: Optuna proposes settings; a fit returns their validation NDCG@10.

Every trial is in a journal in the workspace, so a search that was stopped continues. A trial reads
the workspace's tables and writes to a folder of its own: the night's models, their checkpoints and
receipts do not change.
"""

import logging
import math
from pathlib import Path
from typing import Any

from steamrec.data.context import Context
from steamrec.errors import NumericalError, UsageError
from steamrec.models.registry import MODELS, make_scorer, settings_class
from steamrec.pipeline.stages.train import fit_model
from steamrec.settings import Settings
from steamrec.settings.search import SearchRange
from steamrec.training.validation import ValidationSet, load_validation
from steamrec.tuning.write import to_toml
from steamrec.workspace import Workspace
from steamrec.workspace.receipts import digest, load_receipt

log = logging.getLogger(__name__)


def tune(context: Context, model: str, trials: int) -> tuple[Settings, float]:
    """Search until `trials` trials are finished; returns the best settings and their metric.

    The metric is the full-catalogue NDCG@10 of validation items; the holdout is not read.
    Writes tune/<model>.toml after each trial that is the best so far. Raises UsageError where
    the workspace is not prepared or has no validation items.
    """
    space = search_space(model)
    validation = _validation(context, model)
    study = _study(context, model)
    while len(study.get_trials(states=_complete())) < trials:
        trial = study.ask()
        values = {name: part.suggest(trial, name) for name, part in space.items()}
        try:
            value = _value(context, model, values, validation)
        except NumericalError as error:  # a diverging rate is an answer too
            log.warning("tune/%s: trial %d failed: %s", model, trial.number, error)
            value = 0.0
        study.tell(trial, value)
        log.info("tune/%s: trial %d: %s: %.4f", model, trial.number, values, value)
        best = with_values(context.settings, model, study.best_params)
        context.workspace.write_bytes(f"tune/{model}.toml", to_toml(best).encode())
    return with_values(context.settings, model, study.best_params), float(study.best_value)


def search_space(model: str) -> dict[str, SearchRange]:
    """The settings of `model` that are searched.

    Raises UsageError where there is nothing to search.
    """
    section = settings_class(model) if model in MODELS else None
    if section is None:
        tunable = [name for name, spec in MODELS.items() if spec.settings]
        raise UsageError(
            f"The model {model!r} has no settings to tune; choose one of {', '.join(tunable)}."
        )
    space: dict[str, SearchRange] = getattr(section, "search", {})
    return space


def _value(
    context: Context, model: str, values: dict[str, Any], validation: ValidationSet
) -> float:
    """The validation metric of a model fitted with `values`, which leaves nothing behind."""
    settings = with_values(context.settings, model, values)
    # A trial's result depends on its values alone, not on a model that happens to be there.
    train = settings.train.model_copy(update={"warm_start": False})
    folder = f"tune/{model}.trial"
    context.workspace.remove(folder)  # what a killed search left
    trial = Context(
        settings.model_copy(update={"train": train}),
        Workspace(context.workspace.path(folder)),
        context.master,
        context.date,
        tables=context.workspace,
    )
    trial.__dict__["spark"] = context.spark
    try:
        value = validation.ndcg(make_scorer(fit_model(trial, model)))
    finally:
        context.workspace.remove(folder)
    if not math.isfinite(value):
        raise NumericalError(f"train/{model}: the validation metric is {value}.")
    return value


def with_values(settings: Settings, model: str, values: dict[str, Any]) -> Settings:
    """The settings with `values` in the section of `model`."""
    section = getattr(settings.train, model).model_copy(update=values)
    return settings.model_copy(update={"train": settings.train.model_copy(update={model: section})})


def _validation(context: Context, model: str) -> ValidationSet:
    for stage in ("split", "sample"):
        if load_receipt(context.workspace, stage) is None:
            raise UsageError(
                f"The workspace {context.workspace.root} has no finished '{stage}'; run "
                f"`steamrec nightly` (or ingest, prepare and sample) before tuning {model}."
            )
    validation = load_validation(context)
    if validation is None:
        raise UsageError("There are no validation items; raise split.validation_users.")
    return validation


def _study(context: Context, model: str) -> Any:
    import optuna
    from optuna.storages.journal import JournalFileBackend

    path = context.workspace.path(f"tune/{model}.journal")
    if not context.workspace.local:
        raise UsageError("steamrec tune keeps its journal in a local workspace; give a folder.")
    Path(path).parent.mkdir(exist_ok=True)
    fixed = context.settings.train.model_dump(mode="json")
    for stage in ("split", "sample"):
        receipt = load_receipt(context.workspace, stage)
        assert receipt is not None
        fixed[stage] = receipt.content_hash
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    storage = optuna.storages.JournalStorage(JournalFileBackend(path))
    # Other data or other settings of the night make another study in the same journal.
    study = optuna.create_study(
        storage=storage,
        study_name=f"{model}-{digest(fixed)[:12]}",
        direction="maximize",
        load_if_exists=True,
    )
    done = len(study.get_trials(states=_complete()))
    # A search that goes on must not propose its first points again.
    study.sampler = optuna.samplers.TPESampler(seed=1_000 * context.settings.train.seed + done)
    if done:
        log.info("tune/%s: continuing after %d trials", model, done)
    return study


def _complete() -> tuple[Any, ...]:
    from optuna.trial import TrialState

    return (TrialState.COMPLETE,)
