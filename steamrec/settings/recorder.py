"""The settings that a stage reads: recorded while it runs, so that none can be forgotten.

A stage that ran on some values reads the same settings again when none of these values changed,
so comparing what was recorded with tonight's values is enough to know whether to run it again.
"""

from types import FunctionType, MethodType
from typing import Any, cast

from pydantic import BaseModel

from steamrec.settings.model import Settings


class SettingsRecorder:
    """A proxy of a section of the settings that notes each value that is read.

    `read` maps the full name of a setting ("prepare.min_items") to its JSON value.
    """

    def __init__(self, section: BaseModel, read: dict[str, Any], path: str = "") -> None:
        self._section, self._read, self._path = section, read, path

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        kind = type(self._section)
        if name in kind.model_fields:
            value = getattr(self._section, name)
            full = f"{self._path}{name}"
            if isinstance(value, BaseModel):
                return SettingsRecorder(value, self._read, f"{full}.")
            self._read[full] = json_value(self._section, name)
            return value
        if name == "model_dump":
            return self._model_dump
        if name == "section_class":
            return kind
        member = getattr(kind, name)
        if isinstance(member, property) and member.fget is not None:
            return member.fget(self)
        if isinstance(member, FunctionType) and kind.__module__.startswith("steamrec."):
            return MethodType(member, self)
        raise AttributeError(f"{name} of the settings cannot be recorded")

    def _model_dump(self, *, exclude: set[str] | None = None, **options: Any) -> dict[str, Any]:
        note_all(self._section, self._read, self._path, exclude or set())
        return self._section.model_dump(exclude=exclude, **options)


def recorded(settings: Settings, read: dict[str, Any]) -> Settings:
    """`settings` behind a recorder; each value that is read is noted in `read`."""
    return cast(Settings, SettingsRecorder(settings, read))


def unrecorded(settings: Settings) -> Settings:
    """The settings themselves, for values on which no output depends (export.keep)."""
    if isinstance(settings, SettingsRecorder):
        return cast(Settings, settings._section)
    return settings


def note_all(section: BaseModel, read: dict[str, Any], path: str, left_out: set[str]) -> None:
    """Note every setting of a section and of its inner sections, except `left_out`."""
    for name in type(section).model_fields:
        if name in left_out:
            continue
        value = getattr(section, name)
        if isinstance(value, BaseModel):
            note_all(value, read, f"{path}{name}.", set())
        else:
            read[f"{path}{name}"] = json_value(section, name)


def json_value(section: BaseModel, name: str) -> Any:
    """One setting as JSON has it: tuples as lists."""
    return section.model_dump(mode="json", include={name})[name]


def current_values(settings: Settings, names: list[str]) -> dict[str, Any]:
    """The current values of settings by their full names; unknown names are left out."""
    everything: dict[str, Any] = {}
    note_all(settings, everything, "", set())
    return {name: everything[name] for name in names if name in everything}
