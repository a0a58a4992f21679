"""The catalogue in memory: items by number, id and name."""

import difflib
from dataclasses import dataclass
from functools import cached_property

from steamrec.data import tables
from steamrec.errors import UsageError
from steamrec.serving.serving_set import ServingSet

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
        """The items of `item_ids`, each once; raises UsageError naming those unknown.

        Blanks around an id are taken for part of it only where there is such an id.
        """
        found = [item_id if item_id in self.numbers else item_id.strip(" ") for item_id in item_ids]
        unknown = [item_id for item_id in found if item_id not in self.numbers]
        if unknown:
            raise UsageError(
                f"The catalogue has no item {', '.join(unknown)}; give item_ids of the raw file "
                '(to --items with commas between them, and an id with a comma in "quotes").'
            )
        return list(dict.fromkeys(self.numbers[item_id] for item_id in found))

    def of_name_or_id(self, text: str) -> int:
        """The item whose whole name is `text`, else whose id, else as of_name."""
        if text in self.numbers and not self._called(text.casefold().strip()):
            return self.numbers[text]
        return self.of_name(text)

    def of_name(self, text: str) -> int:
        """The item that `text` names: its whole name, or a part that no other name has.

        Upper and lower case are equal; of several items with the very name the most owned one
        is taken. Raises UsageError with the candidates, or with the closest names.
        """
        wanted = text.casefold().strip()
        exact = self._called(wanted)
        if exact:
            return max(exact, key=lambda item: self.owners[item])
        parts = [item for item, name in enumerate(self._folded) if wanted and wanted in name]
        if len(parts) == 1:
            return parts[0]
        if parts:
            parts.sort(key=lambda item: -self.owners[item])
            more = f" and {len(parts) - SUGGESTED:,} more" if len(parts) > SUGGESTED else ""
            raise UsageError(
                f"{text!r} fits several games: {self._named(parts)}{more}; "
                "give a whole name or an item id."
            )
        close = difflib.get_close_matches(wanted, self._folded, SUGGESTED, cutoff=0.5)
        found = [self._folded.index(name) for name in dict.fromkeys(close)]
        advice = f"the closest names: {self._named(found)}" if found else "try a part of its name"
        raise UsageError(f"No game is called {text!r}; {advice}.")

    @cached_property
    def _folded(self) -> list[str]:
        """The names in lower case."""
        return [name.casefold() for name in self.names]

    def _called(self, name: str) -> list[int]:
        return [item for item, folded in enumerate(self._folded) if folded == name]

    def _named(self, items: list[int]) -> str:
        return ", ".join(f"{self.names[item]} ({self.ids[item]})" for item in items[:SUGGESTED])


def load_catalogue(served: ServingSet) -> Catalogue:
    """The items that the published run was made from; raises RunError when they are damaged."""
    rows = served.rows(tables.ITEMS, ["item", "item_id", "item_name", "owners"])
    rows.sort(key=lambda row: row["item"])
    return Catalogue(
        [row["item_id"] for row in rows],
        [row["item_name"] or row["item_id"] for row in rows],
        [row["owners"] for row in rows],
    )
