"""Synthetic Steam files, for trying a night."""

import os
from dataclasses import dataclass
from typing import Any

from steamrec.errors import UsageError
from steamrec.settings.section import INT_MAX
from steamrec.synthetic.write import write_facts, write_file


@dataclass(frozen=True)
class Generated:
    """What was written: lines of the raw file, (user, item) rows in them, lines about items."""

    lines: int
    item_rows: int
    items_lines: int


def generate(
    output: str | os.PathLike[str],
    users: int = 3000,
    seed: int = 1,
    items_output: str | os.PathLike[str] | None = None,
) -> Generated:
    """Write a synthetic raw file of `users` users, always the same for the same `users` and `seed`.

    output: the file, compressed where it ends in .gz. items_output: also write the metadata of its
    items here, for input.items_path. Raises UsageError for a number out of range and for a file
    that cannot be written.
    """
    _check("users", users, 1)
    _check("seed", seed, 0)
    figures = write_file(users, seed, os.fspath(output))
    lines = write_facts(users, seed, os.fspath(items_output)) if items_output is not None else 0
    return Generated(figures["lines"], figures["item_rows"], lines)


def _check(name: str, value: Any, least: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= INT_MAX:
        raise UsageError(f"{name} must be an integer from {least} to {INT_MAX:,}, not {value!r}.")
