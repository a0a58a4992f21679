"""The networks: how each is built, and which arrays its scorer takes."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from steamrec.models.registry import MODELS, settings_class
from steamrec.scoring.artifact import Arrays
from steamrec.settings.section import Section


def _unchanged(arrays: Arrays) -> Arrays:
    return arrays


@dataclass(frozen=True)
class Network:
    """One network.

    Attributes:
        build: takes users, items, its section of the settings and a seed; returns the keras.Model.
            Its inputs are users int32 [b] and items int32 [b, c], its output is one logit per pair,
            float32 [b, c].
        scorer_arrays: turns the weights by name (_ for /) into the arrays that its scorer takes.
        weights: turns these arrays back into weights.
    """

    build: Callable[[int, int, Any, int], Any]
    scorer_arrays: Callable[[Arrays], Arrays] = _unchanged
    weights: Callable[[Arrays], Arrays] = _unchanged


def find_network(name: str) -> Network:
    """The network `name`; its library is imported when it is first asked for."""
    network: Network = import_module(MODELS[name].network).NETWORK
    return network


def section_of(name: str, settings: dict[str, Any]) -> Section:
    """The section of the network `name` from its artifact's settings."""
    section = settings_class(name)
    assert section is not None
    own = {field: settings[field] for field in section.model_fields if field in settings}
    return section.model_validate_json(json.dumps(own))
