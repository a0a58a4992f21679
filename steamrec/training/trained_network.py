"""A Keras model and its Adam under a strategy, and their state as plain arrays."""

from collections.abc import Callable
from typing import Any

from steamrec.scoring.artifact import Arrays
from steamrec.training.optimiser import FusedAdam


class TrainedNetwork:
    """What `build` returns, with an optimiser whose rate falls over `total_steps` (0: stays)."""

    def __init__(
        self,
        build: Callable[[], Any],
        strategy: Any,
        learning_rate: float,
        total_steps: int = 0,
    ) -> None:
        self.strategy = strategy
        with strategy.scope():
            self.model = build()
            # Keras wraps each tf.Variable; the optimiser and the checkpoint take what is inside.
            self._weights = {weight.path: weight.value for weight in self.model.trainable_weights}
            self.optimizer = FusedAdam(list(self._weights.values()), learning_rate, total_steps)

    def weights(self) -> Arrays:
        """The weights alone, by name, with _ for /."""
        return {name.replace("/", "_"): v.numpy() for name, v in self._weights.items()}

    def set_weights(self, arrays: Arrays) -> None:
        """Set what `weights` gave; the optimiser starts from its first step."""
        for name, variable in self._weights.items():
            variable.assign(arrays[name.replace("/", "_")])

    def state(self) -> list[Any]:
        """All weights and optimiser slots as NumPy arrays, in a fixed order."""
        return [variable.numpy() for variable in self._variables()]

    def restore(self, arrays: list[Any]) -> None:
        """Set what `state` gave."""
        for variable, array in zip(self._variables(), arrays, strict=True):
            variable.assign(array)

    def named_state(self) -> Arrays:
        """As `state`, each array under a name that a reader of an error understands."""
        names = list(self._weights)
        slots = [f"Adam's {moment} moment of {name}" for moment in ("1st", "2nd") for name in names]
        return dict(zip([*names, "the step count", *slots], self.state(), strict=True))

    def _variables(self) -> list[Any]:
        return [*self._weights.values(), *self.optimizer.state]
