"""Write docs/tables.md from steamrec/data/tables.py, so that it cannot drift.

python scripts/write_tables_doc.py            writes it
python scripts/write_tables_doc.py --check    exits 1 when it is out of date
"""

import inspect
import sys
from pathlib import Path

from steamrec.data import tables

TARGET = Path(__file__).parent.parent / "docs" / "tables.md"
HEAD = """# Tables

Every Parquet table of a workspace: its folder, its columns and their Spark SQL types. A column in
italics only says where a row comes from; the table's content hash leaves it out.
`scripts/write_tables_doc.py` writes this page from `steamrec/data/tables.py`.
"""


def all_tables() -> list[tuple[tables.Table, str]]:
    """Each table with its description in tables.py: the comment above it, or its docstring."""
    source = inspect.getsource(tables).splitlines()
    found = []
    for name, value in vars(tables).items():
        if isinstance(value, tables.Table):
            line = next(i for i, text in enumerate(source) if text.startswith(f"{name} = "))
            found.append((line, value, comment_above(source, line)))
    examples = {"train_negatives": ("<n>", 2), "ranks": ("<model>",)}
    for name, arguments in examples.items():
        function = getattr(tables, name)
        line = next(i for i, text in enumerate(source) if text.startswith(f"def {name}("))
        found.append((line, function(*arguments), inspect.getdoc(function) or ""))
    return [(table, text) for _, table, text in sorted(found, key=lambda entry: entry[0])]


def comment_above(source: list[str], line: int) -> str:
    """The comment that ends right above `line`."""
    start = line
    while start and source[start - 1].startswith("#"):
        start -= 1
    return "\n".join(text.lstrip("# ") for text in source[start:line])


def section(table: tables.Table, text: str) -> list[str]:
    """One table's lines of Markdown."""
    lines = [f"\n## `{table.name}`\n"]
    if text:
        lines += [text, ""]
    lines += ["| column | type |", "|---|---|"]
    for column, kind in table.columns.items():
        shown = f"*{column}*" if column in table.unhashed else f"`{column}`"
        lines.append(f"| {shown} | `{kind}` |")
    return lines


def page() -> str:
    """The whole page."""
    lines = [line for table, text in all_tables() for line in section(table, text)]
    return HEAD + "\n".join(lines) + "\n"


if __name__ == "__main__":
    if "--check" in sys.argv:
        current = TARGET.read_text(encoding="utf-8") if TARGET.exists() else ""
        sys.exit(current != page())
    TARGET.write_text(page(), encoding="utf-8")
