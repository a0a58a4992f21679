"""Settings as a TOML file that --config reads."""

import json
from typing import Any

from steamrec.settings import Settings


def to_toml(settings: Settings) -> str:
    """The settings that differ from the defaults, as TOML; reading it gives equal settings."""
    values = settings.model_dump(mode="json", exclude_defaults=True)
    return "\n".join(_section((), values)).strip() + "\n"


def _section(path: tuple[str, ...], values: dict[str, Any]) -> list[str]:
    own = {key: value for key, value in values.items() if not isinstance(value, dict)}
    lines = ["", f"[{'.'.join(path)}]"] if path and own else []
    # JSON's strings, numbers, booleans and lists are TOML's too.
    lines += [f"{key} = {json.dumps(value)}" for key, value in own.items() if value is not None]
    for key, value in values.items():
        if isinstance(value, dict):
            lines += _section((*path, key), value)
    return lines
