"""The catalogue in memory: items by number, id and name."""

import difflib
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from steamrec.data import tables
from steamrec.errors import UsageError
from steamrec.workspace import Workspace

SUGGESTED = 6


@dataclass(frozen=True)
class Catalogue:
    """Items by number: ids[i], names[i] and owners[i] are those of item i."""

    ids: list[str]
    names: list[str]
    owners: list[int]

    @cached_property
    def numbers(self) -> dict[str, int]:
        """item_id -> item."""
        return {item_id: item for item, item_id in enumerate(self.ids)}

    def of_ids(self, item_ids: list[str]) -> list[int]:
        """The items of `item_ids`, each once; raises UsageError naming those unknown."""
        unknown = [item_id for item_id in item_ids if item_id not in self.numbers]
        if unknown:
            raise UsageError(
                f"The catalogue has no item {', '.join(unknown)}; --items takes item_ids of the "
                "raw file, with commas between them."
            )
        return list(dict.fromkeys(self.numbers[item_id] for item_id in item_ids))

    def of_name(self, text: str) -> int:
        """The item that `text` names: its whole name, or a part that no other name has.

        Upper and lower case are equal; of several items with the very name the most owned one
        is taken. Raises UsageError with the candidates, or with the closest names.
        """
        wanted = text.casefold().strip()
        folded = [name.casefold() for name in self.names]
        exact = [item for item, name in enumerate(folded) if name == wanted]
        if exact:
            return max(exact, key=lambda item: self.owners[item])
        parts = [item for item, name in enumerate(folded) if wanted and wanted in name]
        if len(parts) == 1:
            return parts[0]
        if parts:
            parts.sort(key=lambda item: -self.owners[item])
            more = f" and {len(parts) - SUGGESTED:,} more" if len(parts) > SUGGESTED else ""
            raise UsageError(
                f"{text!r} fits several games: {self._named(parts)}{more}; "
                "give a whole name, or --items with the id."
            )
        close = difflib.get_close_matches(wanted, folded, SUGGESTED, cutoff=0.5)
        found = [folded.index(name) for name in dict.fromkeys(close)]
        advice = f"the closest names: {self._named(found)}" if found else "try a part of its name"
        raise UsageError(f"No game is called {text!r}; {advice}.")

    def _named(self, items: list[int]) -> str:
        return ", ".join(f"{self.names[item]} ({self.ids[item]})" for item in items[:SUGGESTED])


def load_catalogue(workspace: Workspace) -> Catalogue:
    """The workspace's items; raises UsageError when there are none yet."""
    rows = read_rows(workspace, tables.ITEMS, ["item", "item_id", "item_name", "owners"])
    rows.sort(key=lambda row: row["item"])
    return Catalogue(
        [row["item_id"] for row in rows],
        [row["item_name"] or row["item_id"] for row in rows],
        [row["owners"] for row in rows],
    )


def read_rows(
    workspace: Workspace, table: tables.Table, columns: list[str], **equal: Any
) -> list[dict[str, Any]]:
    """The rows of a table where each column of `equal` has its value; raises UsageError.

    Only the matching rows come into memory.
    """
    import pyarrow.parquet as pq

    if not workspace.exists(table.name):
        raise UsageError(
            f"The workspace {workspace.root} has no table '{table.name}'; "
            "run `steamrec nightly` first, or give another --workspace."
        )
    filters = [(column, "=", value) for column, value in equal.items()] or None
    found = pq.read_table(workspace.path(table.name), columns=columns, filters=filters)
    rows: list[dict[str, Any]] = found.to_pylist()
    return rows
