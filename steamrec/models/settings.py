"""The settings of a night with the section of each registered model."""

import functools
from collections.abc import Sequence
from typing import Any

from pydantic import create_model, field_validator

from steamrec.models.registry import MODELS, settings_class
from steamrec.settings import load
from steamrec.settings.model import Settings, TrainSettings


class ModelChoice(TrainSettings):
    """Which models are fitted, and how."""

    @field_validator("models")
    @classmethod
    def _are_registered(cls, models: tuple[str, ...]) -> tuple[str, ...]:
        for name in models:
            if name not in MODELS:
                raise ValueError(f"names no model {name!r}; choose among {', '.join(MODELS)}")
        return models


def night_settings() -> type[Settings]:
    """The class of all settings: with [train.<model>] for each registered model that has any."""
    return _with_sections(tuple(MODELS))


@functools.cache
def _with_sections(models: tuple[str, ...]) -> type[Settings]:
    sections = {name: settings_class(name) for name in models}
    fields: dict[str, Any] = {
        name: (section, section()) for name, section in sections.items() if section is not None
    }
    options: dict[str, Any] = {"__module__": __name__, "__doc__": ModelChoice.__doc__}
    train = create_model("TrainSections", __base__=ModelChoice, **options, **fields)
    options["__doc__"] = Settings.__doc__
    return create_model("NightSettings", __base__=Settings, **options, train=(train, train()))


def load_settings(config: str | None, overrides: Sequence[str] = ()) -> Settings:
    """Read the settings from `config` (TOML; None for the defaults), then apply `overrides`.

    An override is "section.key=value". Raises UsageError, in one sentence, for a missing or
    malformed file, an unknown setting or a value of the wrong type.
    """
    return load.load_settings(night_settings(), config, overrides)


def settings_from(values: dict[str, Any], config: str | None) -> Settings:
    """The settings from plain nested dicts, as TOML gives them; `config` names their file.

    Raises UsageError as load_settings.
    """
    return load.settings_from(night_settings(), values, config)
