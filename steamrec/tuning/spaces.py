"""Which settings of a model are searched, and between which bounds."""

from dataclasses import dataclass
from typing import Any

from steamrec.errors import UsageError
from steamrec.settings.models import NETWORK_NAMES


@dataclass(frozen=True)
class Between:
    """A number between two bounds, both included; `log` searches its magnitude evenly."""

    low: float
    high: float
    log: bool = True

    def suggest(self, trial: Any, name: str) -> float:
        """The value of an Optuna trial."""
        if isinstance(self.low, int):
            return int(trial.suggest_int(name, self.low, self.high, log=self.log))
        return float(trial.suggest_float(name, self.low, self.high, log=self.log))


@dataclass(frozen=True)
class OneOf:
    """One of a few values."""

    values: tuple[int, ...]

    def suggest(self, trial: Any, name: str) -> int:
        """The value of an Optuna trial."""
        return int(trial.suggest_categorical(name, self.values))


Space = dict[str, Between | OneOf]

RATE = Between(0.001, 0.05)
WIDTHS = OneOf((8, 16, 32, 64))

SPACES: dict[str, Space] = {
    "ease": {"regularization": Between(20.0, 1_000.0)},
    "als": {
        "factors": OneOf((32, 64, 128)),
        "regularization": Between(0.001, 1.0),
        "alpha": Between(1.0, 100.0),
    },
    "gmf": {"factors": WIDTHS, "learning_rate": RATE},
    "mlp": {"factors": WIDTHS, "learning_rate": RATE},
    "neumf": {"gmf_factors": WIDTHS, "mlp_factors": WIDTHS, "learning_rate": RATE},
    "ranker": {
        "regularization": Between(30.0, 500.0),
        "epochs": Between(2, 12),
        "learning_rate": Between(0.0005, 0.01),
    },
}


def space_of(model: str) -> Space:
    """The search space of `model`; a network without one of its own has that of the rate.

    Raises UsageError where there is nothing to search.
    """
    if model not in SPACES and model in NETWORK_NAMES:
        return {"learning_rate": RATE}
    if model not in SPACES:
        raise UsageError(
            f"The model {model!r} has no settings to tune; choose one of {', '.join(SPACES)}."
        )
    return SPACES[model]
