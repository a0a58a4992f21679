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


def other_forms(unknown: "DataFrame", known: "DataFrame") -> "DataFrame":
    """The ids of `unknown` that are ids of `known` in another form, each once.

    Both have the column item_id, and no id in common. Forms of one id are 1000, 1000.0, 1e3,
    01000, and any case, blanks and quotes around it.
    """
    forms = known.select(_form("item_id").alias("form")).distinct()
    return (
        unknown.select("item_id", _form("item_id").alias("form"))
        .distinct()
        .join(forms, "form", "left_semi")
        .select("item_id")
    )


def _form(column: str) -> "Column":
    from pyspark.sql import functions as F

    bare = F.lower(F.regexp_replace(F.col(column), r"""^[\s"']+|[\s"']+$""", ""))
    number = F.when(bare.rlike(r"^[+-]?[0-9]+(\.[0-9]*)?(e[+-]?[0-9]+)?$"), bare)
    digits = number.try_cast("decimal(38,6)").cast("string")
    return F.coalesce(F.regexp_replace(digits, r"\.0+$", ""), bare)
