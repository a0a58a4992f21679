"""Settings from a TOML file, from Python values and from `--set section.key=value`."""

import os
import re
import tomllib
from collections.abc import Mapping, Sequence
from datetime import date, time
from importlib.resources import files
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from steamrec.errors import UsageError
from steamrec.settings.model import Settings
from steamrec.settings.words import sentence_words

NAME = re.compile(r"[a-z][a-z-]*")  # of a settings file that comes with steamrec
LONGEST = 80  # characters of a refused value


def read_settings(
    model: type[Settings],
    config: str | os.PathLike[str] | None,
    overrides: Sequence[str],
    sections: Mapping[str, Any],
) -> Settings:
    """The settings of `config` as `model`; arguments and errors as of models.settings."""
    if config is not None:
        if not isinstance(config, str | os.PathLike):
            raise UsageError(f"config takes a file or a name, not {config!r}.")
        config = os.fspath(config)
        if not config.strip():
            raise UsageError(
                "--config is empty; give a TOML file, or leave it out for the defaults."
            )
    values = {} if config is None else _read_toml(config)
    _merge(values, sections)
    for override in [overrides] if isinstance(overrides, str) else overrides:
        _set(values, str(override))
    return settings_from(model, values, config)


def settings_from(model: type[Settings], values: dict[str, Any], config: str | None) -> Settings:
    """The settings of plain nested dicts, as TOML gives them; `config` names their file.

    Raises UsageError as load_settings.
    """
    try:
        return model.model_validate(_as_tuples(values))
    except ValidationError as error:
        raise UsageError(_sentence(error, config)) from None


def packaged_configs() -> list[str]:
    """The names of the settings files that come with steamrec."""
    names = [entry.name for entry in (files("steamrec") / "conf").iterdir()]
    return sorted(name.removesuffix(".toml") for name in names if name.endswith(".toml"))


def _read_toml(config: str) -> dict[str, Any]:
    try:
        return tomllib.loads(_text_of(config))
    except FileNotFoundError:
        known = ", ".join(packaged_configs())
        raise UsageError(
            f"The settings file {config} does not exist; the ones that come with steamrec: {known}."
        ) from None
    except OSError as error:
        why = error.strerror or error
        raise UsageError(f"The settings file {config} cannot be read: {why}.") from None
    except UnicodeDecodeError as error:
        raise UsageError(
            f"The settings file {config} cannot be read: byte {error.start} is not UTF-8; "
            "save it as UTF-8."
        ) from None
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"The settings file {config} is not valid TOML: {error}.") from None
    except (ValueError, RecursionError) as error:
        raise UsageError(f"The settings file {config!r} cannot be read: {error}.") from None


def _text_of(config: str) -> str:
    """The text of the file, or of steamrec's own of that name where there is no such file."""
    if NAME.fullmatch(config) and not Path(config).is_file():
        named = files("steamrec") / "conf" / f"{config}.toml"
        if named.is_file():
            return named.read_text(encoding="utf-8")
    return Path(config).read_text(encoding="utf-8-sig")  # a byte order mark or none


def _merge(values: dict[str, Any], sections: Mapping[str, Any], path: str = "") -> None:
    """Lay `sections` over `values`: mappings are merged, all else is replaced."""
    for name, value in sections.items():
        first, _, rest = str(name).partition(".")
        if rest:
            value = {rest: value}
        if isinstance(value, Mapping):
            inner = values.setdefault(first, {})
            if not isinstance(inner, dict):
                raise UsageError(f"{path}{first} is a setting, not a section.")
            _merge(inner, value, f"{path}{first}.")
        else:
            values[first] = os.fspath(value) if isinstance(value, os.PathLike) else value


def _set(values: dict[str, Any], override: str) -> None:
    name, equals, text = override.partition("=")
    path = name.strip().split(".")
    if not equals or len(path) < 2 or not all(path):
        raise UsageError(f"--set takes section.key=value, not {override!r}.")
    for section in path[:-1]:
        values = values.setdefault(section, {})
        if not isinstance(values, dict):
            raise UsageError(f"--set {override!r}: {section!r} is a setting, not a section.")
    values[path[-1]] = _value(text.strip())


def _value(text: str) -> Any:
    """A TOML value; text that is none (a bare path, a name, a date) is a string."""
    if "\n" in text:
        return text
    try:
        value = tomllib.loads(f"value = {text}")["value"]
    except (ValueError, RecursionError):
        return text
    return text if isinstance(value, (date, time)) else value


def _as_tuples(value: Any) -> Any:
    # TOML has only lists; the model is frozen and holds tuples.
    if isinstance(value, dict):
        return {key: _as_tuples(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return tuple(_as_tuples(inner) for inner in value)
    return value


def _sentence(error: ValidationError, config: str | None) -> str:
    first = error.errors(include_url=False)[0]
    # A union's branch names are in the location too; the setting's name is the part before them.
    name = ".".join(part for part in first["loc"] if isinstance(part, str))
    source = f" in {config}" if config else ""
    if first["type"] == "extra_forbidden":
        return f"Unknown setting {name}{source}; docs/settings.md lists all settings."
    message = sentence_words(first["type"], first.get("ctx", {}), first["msg"])
    if not name:
        return str(message)
    return f"Setting {name}{source}: {message} (got {_shown(first['input'])})."


def _shown(value: Any) -> str:
    shown = repr(list(value)) if isinstance(value, tuple) else repr(value)
    return shown if len(shown) <= LONGEST else f"{shown[:LONGEST]}…"
