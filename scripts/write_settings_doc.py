"""Write docs/settings.md from the settings model, so that it cannot drift.

python scripts/write_settings_doc.py            writes it
python scripts/write_settings_doc.py --check    exits 1 when it is out of date
"""

import sys
from pathlib import Path

from pydantic import BaseModel

from steamrec.settings import Settings

TARGET = Path(__file__).parent.parent / "docs" / "settings.md"
HEAD = """# Settings

Every setting, its type, its default and what it means. They are read from the TOML file that
`--config` names; `--set section.key=value` changes one. An unknown key is an error.
This page is written by `scripts/write_settings_doc.py` from `steamrec/settings`.
"""


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
        shown = str(kind).removeprefix("typing.").replace("|", "or")
        shown = shown.removeprefix("<class '").removesuffix("'>")
        lines.append(f"| `{key}` | {shown} | `{field.default!r}` | {field.description} |")
    return lines + inner


def page() -> str:
    """The whole page."""
    lines: list[str] = []
    for key, field in Settings.model_fields.items():
        assert isinstance(field.annotation, type)
        lines += section(key, field.annotation)
    return HEAD + "\n".join(lines) + "\n"


if __name__ == "__main__":
    if "--check" in sys.argv:
        current = TARGET.read_text(encoding="utf-8") if TARGET.exists() else ""
        sys.exit(current != page())
    TARGET.write_text(page(), encoding="utf-8")
