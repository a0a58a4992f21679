"""Which model is published: the one that was named, or the best on the validation items."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from steamrec.errors import RunError, UsageError
from steamrec.publish.pointer import read_pointer
from steamrec.publish.published_fields import is_fraction
from steamrec.settings import Settings

if TYPE_CHECKING:
    from steamrec.data.context import Context

METRICS_FILE = "metrics.json"
NO_VALIDATION = (
    "export.model = 'best' needs validation users, and {}; raise split.validation_users, or name "
    "the model to export in export.model."
)

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Choice:
    """The chosen `model`; `best` is the best on validation, `why` says why it is not `model`."""

    model: str
    best: str
    why: str = ""


def check_choice(settings: Settings, models: Sequence[str]) -> None:
    """Raise UsageError when the settings leave nothing to choose the best of `models` by."""
    if settings.export.model == "best" and len(models) > 1 and not settings.split.validation_users:
        raise UsageError(NO_VALIDATION.format("split.validation_users is 0"))


def best_model(validation: Mapping[str, float], models: Sequence[str]) -> str | None:
    """The model with the highest validation NDCG@10, the first of equal ones.

    A single model is the best without being measured. None when nothing was measured.
    """
    if len(models) == 1:
        return models[0]
    measured = [name for name in models if name in validation]
    return max(measured, key=lambda name: validation[name]) if measured else None


def choose(
    validation: Mapping[str, float], best: str, published: str | None, margin: float
) -> Choice:
    """`published` where no model is better by more than `margin` of its own NDCG@10, else `best`.

    A published model that was not measured tonight cannot stay.
    """
    if published is None or published == best or published not in validation:
        return Choice(best, best)
    least = validation[published] * (1 + margin)
    if validation[best] > least:
        return Choice(best, best)
    why = (
        f"{best} has validation NDCG@10 {validation[best]:.4f}, and more than {least:.4f} is "
        f"needed to replace the published {published} ({validation[published]:.4f})"
    )
    return Choice(published, best, why)


def exported_model(context: "Context") -> Choice:
    """The model to export, from the settings, metrics.json and the published run.

    Raises UsageError when no user turned out to have a validation item, RunError for damage.
    """
    settings = context.settings.export
    if settings.model != "best":
        return Choice(settings.model, settings.model)
    metrics = read_metrics(context)
    best, validation = metrics.get("best"), metrics.get("validation", {})
    if best is None:
        raise UsageError(NO_VALIDATION.format("no user of this file has a validation item"))
    values = {name: entry["value"] for name, entry in validation.items()}
    if not isinstance(best, str) or not all(map(is_fraction, values.values())):
        raise RunError(f"{context.workspace.path(METRICS_FILE)} is damaged (best or validation).")
    published = read_pointer(context.workspace)
    shown = published["model"] if published else None
    return choose(values, best, shown, settings.best_margin)


def choice_inputs(context: "Context") -> dict[str, str]:
    """What the export depends on beside its settings and stages, for its receipt: the model.

    The published model decides only through it, so a night that is run again finds its receipt.
    """
    try:
        return {"the model to export": exported_model(context).model}
    except (RunError, UsageError, FileNotFoundError):
        # The run of the stage raises it again, and says so.
        return {"the model to export": "cannot be chosen"}


def read_metrics(context: "Context") -> dict[str, Any]:
    """metrics.json as evaluated; raises RunError when it is damaged."""
    found = context.workspace.read_json(METRICS_FILE)
    if not isinstance(found, dict):
        raise RunError(f"{context.workspace.path(METRICS_FILE)} is damaged (not a JSON object).")
    return found


def full_ndcg(context: "Context") -> dict[str, float]:
    """Each model's full-catalogue NDCG@10, as evaluated; raises RunError when it is damaged."""
    try:
        found = {
            entry["model"]: entry["value"]
            for entry in read_metrics(context)["results"]
            if (entry["protocol"], entry["metric"], entry["k"]) == ("full", "ndcg", 10)
        }
    except (KeyError, TypeError):
        found = {"": None}
    if not all(map(is_fraction, found.values())):
        path = context.workspace.path(METRICS_FILE)
        raise RunError(f"{path} is damaged (results); run `steamrec evaluate --fresh` again.")
    return found
