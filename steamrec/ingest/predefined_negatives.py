"""What of the published candidates fits the training pairs and the holdout."""

from typing import TYPE_CHECKING, Any

from steamrec.errors import RunError
from steamrec.ingest.predefined_entries import CANDIDATE, HELD_OUT, OWNED, USER
from steamrec.ingest.predefined_split import NEGATIVES
from steamrec.ingest.unmatched import Finding, Unreadable, check_known, example, settle
from steamrec.settings.reading import SplitSettings

if TYPE_CHECKING:
    from pyspark.sql import Column

_OFFERED = f"role = '{CANDIDATE}' and in_scope"
_STRANGE = f"role = '{USER}' and owned = 0"

# Candidates that are left out, and what they are in words.
LEFT_OUT = {
    f"{_OFFERED} and item_id is null": "candidates without an item",
    f"{_OFFERED} and other_form": "candidates written in another form than in training",
    f"{_OFFERED} and {OWNED}": "candidates that their user owns",
    f"role = '{CANDIDATE}' and owned = 0": "candidates of users in no training pair",
}
_MISSING, _FORM, _OWNED, _ = LEFT_OUT


def negatives_figures() -> "dict[str, Column | str]":
    """The aggregates over the entries (unmatched.figures) that check_negatives reads."""
    from pyspark.sql import functions as F

    def total(condition: str, value: str) -> "Column":
        return F.sum(F.when(F.expr(condition), F.expr(value)))

    def items(condition: str) -> "Column":
        return F.count_distinct(F.when(F.expr(condition), F.col("item_id")))

    return {
        "rows": total(f"role = '{USER}'", "lists"),
        "strange_rows": total(_STRANGE, "lists"),
        "stranger": example(f"{_STRANGE} and lists > 0", "user_id"),
        "unused_rows": total(f"role = '{USER}' and owned > 0 and not in_scope", "lists"),
        "merged_rows": total(f"role = '{USER}' and in_scope", "greatest(lists - 1, 0)"),
        "users_without": f"role = '{USER}' and in_scope and not has_candidates",
        "candidates": total(_OFFERED, "times"),
        "repeated": total(f"{_OFFERED} and item_id is not null", "times - 1"),
        "missing": total(_MISSING, "times"),
        "form": total(_FORM, "times"),
        "form_item": example(_FORM, "item_id"),
        "owned_times": total(_OWNED, "times"),
        "owned_item": example(_OWNED, "item_id"),
        "held_times": total(f"{_OFFERED} and {HELD_OUT}", "times"),
        "offered_items": items(_OFFERED),
        "unknown_items": items(f"{_OFFERED} and not known"),
    }


def check_negatives(
    found: dict[str, Any], unreadable: Unreadable, settings: SplitSettings
) -> dict[str, int]:
    """The receipt's figures of the candidates; what does not fit is logged.

    Raises RunError when more is left out than the settings allow, or when no held-out user has
    candidates.
    """
    rows = [
        unreadable.finding("negatives_rows_unreadable"),
        Finding(
            "negatives_users_unknown",
            found["strange_rows"],
            "rows of users in no training pair",
            found["stranger"] or None,
        ),
        Finding(
            "negatives_users_without_holdout",
            found["unused_rows"],
            "rows of users without a held-out item, not used",
            refused=False,
        ),
        Finding(
            "negatives_rows_merged",
            found["merged_rows"],
            "further rows of a user, merged",
            refused=False,
        ),
    ]
    allowed = settings.max_unmatched_fraction
    counts = settle(rows, unreadable.bad + found["rows"], allowed, NEGATIVES)
    counts["candidates_given"] = found["candidates"]
    counts |= settle(_candidates(found), found["candidates"], allowed, NEGATIVES)
    most = settings.max_unknown_items_fraction
    check_known(found["unknown_items"], found["offered_items"], most, NEGATIVES)
    if found["users_without"] == found["kept_pairs"]:
        raise RunError(
            f"{NEGATIVES} has candidates for none of the held-out users; write users in all "
            "files alike."
        )
    missing = Finding(
        "holdout_users_without_candidates",
        found["users_without"],
        "held-out users without candidates, left out of the sampled metrics",
        refused=False,
    )
    return counts | settle([missing], 0, 0, NEGATIVES)


def _candidates(found: dict[str, Any]) -> list[Finding]:
    form, owned = LEFT_OUT[_FORM], LEFT_OUT[_OWNED]
    used_once, held_out = "repeated candidates, used once", "candidates that are the held-out item"
    unknown = "candidate items in no pair"
    return [
        Finding("candidates_missing", found["missing"], LEFT_OUT[_MISSING]),
        Finding("candidates_in_another_form", found["form"], form, found["form_item"] or None),
        Finding("candidates_owned", found["owned_times"], owned, found["owned_item"] or None),
        Finding("candidates_repeated", found["repeated"], used_once, refused=False),
        Finding("candidates_held_out", found["held_times"], held_out, refused=False),
        Finding("candidate_items_unknown", found["unknown_items"], unknown, refused=False),
    ]
