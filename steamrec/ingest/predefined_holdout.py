"""What of a published holdout fits the training pairs."""

from typing import TYPE_CHECKING, Any

from steamrec.errors import UsageError
from steamrec.ingest.predefined_entries import HELD, KEPT_HELD
from steamrec.ingest.predefined_split import HOLDOUT
from steamrec.ingest.unmatched import Finding, Unreadable, check_known, example, settle
from steamrec.settings.reading import SplitSettings

if TYPE_CHECKING:
    from pyspark.sql import Column

_KNOWN_USER = f"role = '{HELD}' and owned > 0"
_IN_TRAINING = f"{_KNOWN_USER} and not only_pair"

# Of a held-out pair: its name in the receipt, the condition on an entry, what it is in words, the
# column of an example, and whether it counts against split.max_unmatched_fraction.
CASES: tuple[tuple[str, str, str, str, bool], ...] = (
    (
        "holdout_users_unknown",
        f"role = '{HELD}' and owned = 0",
        "held-out pairs of users in no training pair",
        "user_id",
        True,
    ),
    (
        "holdout_only_pairs",
        f"{_KNOWN_USER} and only_pair",
        "held-out pairs that are their user's only training pair",
        "user_id",
        True,
    ),
    (
        "holdout_items_in_another_form",
        f"{_IN_TRAINING} and other_form",
        "held-out items written in another form than in training",
        "item_id",
        True,
    ),
    (
        "holdout_pairs_in_training",
        f"{_IN_TRAINING} and trained",
        "held-out pairs that are training pairs too and are not trained on",
        "user_id",
        False,
    ),
    (
        "holdout_items_unknown",
        f"{_IN_TRAINING} and not other_form and not known_item",
        "held-out items in no training pair",
        "item_id",
        False,
    ),
)


def holdout_figures() -> "dict[str, Column | str]":
    """The aggregates over the entries (unmatched.figures) that check_holdout reads."""
    from pyspark.sql import functions as F

    def items(condition: str) -> "Column":
        return F.count_distinct(F.when(F.expr(condition), F.col("item_id")))

    return {
        "pairs": f"role = '{HELD}'",
        "kept_pairs": KEPT_HELD,
        "added": f"{_KNOWN_USER} and not trained and not other_form",
        **{name: condition for name, condition, *_ in CASES},
        **{
            f"{name}_example": example(condition, column) for name, condition, _, column, _ in CASES
        },
        "held_items": items(_KNOWN_USER),
        "unknown_held_items": items(f"{_KNOWN_USER} and not known_item"),
        "several": example(f"{KEPT_HELD} and held_pairs > 1", "user_id"),
    }


def check_holdout(
    found: dict[str, Any], unreadable: Unreadable, settings: SplitSettings
) -> dict[str, int]:
    """The receipt's figures of the held-out pairs; what does not fit is logged.

    Raises UsageError for a user with several items, RunError when more does not fit than the
    settings allow.
    """
    if found["several"]:
        raise UsageError(
            f"{HOLDOUT} has several items for user {found['several']!r}; it takes one per user."
        )
    findings = [unreadable.finding("holdout_rows_unreadable")]
    findings += [
        Finding(name, found[name], words, found[f"{name}_example"], refused)
        for name, _, words, _, refused in CASES
    ]
    total = unreadable.bad + found["pairs"]
    counts = settle(findings, total, settings.max_unmatched_fraction, HOLDOUT)
    allowed = settings.max_unknown_items_fraction
    check_known(found["unknown_held_items"], found["held_items"], allowed, HOLDOUT)
    return {
        "holdout_pairs_given": found["pairs"],
        "holdout_pairs_added": found["added"],
        **counts,
    }
