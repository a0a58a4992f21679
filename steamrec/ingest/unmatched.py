"""Parts of a published split that do not match the training pairs: counted, logged or refused."""

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from steamrec.errors import RunError

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Finding:
    """`count` things that are said in `words`, as in "held-out users in no training pair".

    `example` is one of them. `refused` ones count against split.max_unmatched_fraction.
    """

    name: str
    count: int
    words: str
    example: str | None = None
    refused: bool = True

    @property
    def shown(self) -> str:
        """The finding as one phrase for logs and errors."""
        example = f" (such as {self.example!r})" if self.example else ""
        return f"{self.count:,} {self.words}{example}"


@dataclass(frozen=True)
class Unreadable:
    """Of `rows` rows of a file `bad` cannot be read, one of them for `reason`."""

    rows: int
    bad: int
    reason: str | None

    def finding(self, name: str) -> Finding:
        """The unreadable rows under a receipt's `name`."""
        return Finding(name, self.bad, "rows that cannot be read", self.reason or None)


def settle(findings: list[Finding], total: int, allowed: float, setting: str) -> dict[str, int]:
    """Log the findings and give their counts by name, for the receipt.

    Raises RunError when those that count are more than `allowed` of `total`.
    """
    found = [finding for finding in findings if finding.count]
    for finding in found:
        log.warning("prepare: %s: %s", setting, finding.shown)
    refused = [finding for finding in found if finding.refused]
    unmatched = sum(finding.count for finding in refused)
    if unmatched > allowed * total:
        raise RunError(
            f"{setting} does not fit the training pairs: {'; '.join(f.shown for f in refused)}; "
            f"this is {unmatched:,} of {total:,}, more than split.max_unmatched_fraction = "
            f"{allowed} allows: write users and items in all files alike, or raise the setting."
        )
    return {finding.name: finding.count for finding in findings}


def check_known(unknown: int, items: int, allowed: float, setting: str) -> None:
    """Raise RunError when more than `allowed` of the `items` of a file are `unknown`."""
    if unknown > allowed * items:
        raise RunError(
            f"{unknown:,} of the {items:,} items of {setting} are in no training pair, more than "
            f"split.max_unknown_items_fraction = {allowed} allows: write items in all files "
            "alike, or raise the setting."
        )


def figures(frame: "DataFrame", **wanted: "Column | str") -> dict[str, Any]:
    """The values of the aggregates `wanted`, by name; None counts as 0.

    A condition may be given instead of an aggregate: `name` is then the number of its rows.
    """
    from pyspark.sql import functions as F

    row = frame.agg(
        *(
            (F.count(F.when(F.expr(each), 1)) if isinstance(each, str) else each).alias(name)
            for name, each in wanted.items()
        )
    ).first()
    assert row is not None
    return {name: row[name] or 0 for name in wanted}


def example(condition: str, column: str) -> "Column":
    """An aggregate: the first value of `column`, in order, where the condition holds."""
    from pyspark.sql import functions as F

    return F.min(F.when(F.expr(condition), F.col(column)))
