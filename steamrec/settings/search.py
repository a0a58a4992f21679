"""Between which bounds `steamrec tune` searches a setting; each model's section names its own."""

from dataclasses import dataclass
from typing import Any


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


SearchRange = Between | OneOf

RATE = Between(0.001, 0.05)
WIDTHS = OneOf((8, 16, 32, 64))
