"""The networks: how each is built, and which arrays its scorer takes."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from steamrec.models.registry import MODELS
from steamrec.scoring.artifact import Arrays
from steamrec.settings.models import NetworkSettings


def _unchanged(arrays: Arrays) -> Arrays:
    return arrays


@dataclass(frozen=True)
class Network:
    """One network.

    `build` (users, items, its section of the settings, seed) returns the keras.Model: inputs are
    users int32 [b] and items int32 [b, c], the output is one logit for each pair, float32 [b, c].
    `section` is the class of its settings. `scorer_arrays` turns the weights by name (_ for /) into
    the arrays that its scorer takes, and `weights` turns these back.
    """

    build: Callable[[int, int, Any, int], Any]
    section: type[NetworkSettings]
    scorer_arrays: Callable[[Arrays], Arrays] = _unchanged
    weights: Callable[[Arrays], Arrays] = _unchanged

    def section_of(self, settings: dict[str, Any]) -> NetworkSettings:
        """The section from an artifact's settings."""
        own = {name: settings[name] for name in self.section.model_fields if name in settings}
        return self.section.model_validate_json(json.dumps(own))


def find_network(name: str) -> Network:
    """The network `name`; its library is imported when it is first asked for."""
    network: Network = import_module(MODELS[name].network).NETWORK
    return network
