"""Write docs/settings.md from the settings model, so that it cannot drift.

python scripts/write_settings_doc.py            writes it
python scripts/write_settings_doc.py --check    exits 1 when it is out of date
"""

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin

from pydantic import BaseModel

from steamrec.models.settings import night_settings

TARGET = Path(__file__).parent.parent / "docs" / "settings.md"
HEAD = """# Settings

Every setting: its type, its default (as in TOML) and its meaning. Settings come from the TOML file
that `--config` names; `--set section.key=value` changes one. An unknown key is an error.
`scripts/write_settings_doc.py` writes this page from `steamrec/settings` and the sections of the
models.
"""


NAMES = {int: "integer", float: "number", str: "text", bool: "true or false"}
BOUNDS = (
    ("ge", "{:,} or more"),
    ("gt", "above {:,}"),
    ("le", "at most {:,}"),
)


def bounds(metadata: Iterable[Any]) -> str:
    """The bounds among an annotation's metadata, as text behind its type."""
    found = [item for entry in metadata for item in getattr(entry, "metadata", [entry])]
    words = [
        form.format(int(value) if (value := getattr(item, name)) == int(value) else value)
        for name, form in BOUNDS
        for item in found
        if getattr(item, name, None) is not None
    ]
    return "".join(f", {word}" for word in words)


def type_words(kind: Any, metadata: Iterable[Any] = ()) -> str:
    """A type in words: "integer, 1 or more", "list of text"."""
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return type_words(arguments[0], [*arguments[1:], *metadata])
    if origin is Literal:
        return " or ".join(f"`{value}`" for value in arguments)
    if origin is tuple:
        return f"list, each {type_words(arguments[0])}"
    if type(None) in arguments:
        [kept] = [argument for argument in arguments if argument is not type(None)]
        return f"{type_words(kept, metadata)}; optional"
    return NAMES.get(kind, str(kind)) + bounds(metadata)


def default_words(value: Any) -> str:
    """A default as TOML has it; "none" for a setting without one."""
    return "none" if value is None else f"`{json.dumps(value)}`"


def section(name: str, model: type[BaseModel]) -> list[str]:
    """One section's lines of Markdown, then those of the sections inside it."""
    lines = [f"\n## [{name}]\n", (model.__doc__ or "").strip(), ""]
    lines += ["| key | type | default | meaning |", "|---|---|---|---|"]
    inner: list[str] = []
    for key, field in model.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            inner += section(f"{name}.{key}", kind)
            continue
        shown = type_words(kind, field.metadata)
        lines.append(
            f"| `{key}` | {shown} | {default_words(field.default)} | {field.description} |"
        )
    return lines + inner


def page() -> str:
    """The whole page."""
    lines: list[str] = []
    for key, field in night_settings().model_fields.items():
        assert isinstance(field.annotation, type)
        lines += section(key, field.annotation)
    return HEAD + "\n".join(lines) + "\n"


if __name__ == "__main__":
    if "--check" in sys.argv:
        current = TARGET.read_text(encoding="utf-8") if TARGET.exists() else ""
        sys.exit(current != page())
    TARGET.write_text(page(), encoding="utf-8")
