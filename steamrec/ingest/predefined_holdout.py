"""Matching a published holdout with the training pairs."""

from typing import TYPE_CHECKING, Any

from steamrec.errors import UsageError
from steamrec.ingest.predefined_split import HOLDOUT
from steamrec.ingest.unmatched import (
    Finding,
    check_known,
    example,
    figures,
    other_forms,
    settle,
)
from steamrec.settings.reading import SplitSettings

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


def match_holdout(
    rows: "DataFrame", training: "DataFrame", settings: SplitSettings
) -> "tuple[DataFrame, dict[str, int]]":
    """The held-out pairs that can be evaluated (user_id, item_id), and the figures of the rest.

    `rows` are read_holdout's; `training` has user_id and item_id, each pair once. Left out are
    users in no training pair, users whose only training pair is the held-out one, and items
    written in another form than in training. A pair that is in training too is kept (and is not
    trained on), and so is an item that no training pair has. Raises UsageError for a user with
    several items, RunError when more is left out than the settings allow.
    """
    from pyspark.sql import functions as F

    good = rows.where("reason is null")
    pairs = good.select(F.col("user").alias("user_id"), F.col("item").alias("item_id")).distinct()
    marked = _marked(pairs, training).persist()
    kept = marked.where("owned > 0 and not only_pair and not other_form")
    _refuse_several(kept)

    bad = figures(rows, rows="reason is not null", reason=F.min("reason"))
    found = _figures(marked)
    findings = [
        Finding("holdout_rows_unreadable", bad["rows"], "rows that cannot be read", bad["reason"]),
        *_findings(found),
    ]
    total = bad["rows"] + found["pairs"]
    counts = settle(findings, total, settings.max_unmatched_fraction, HOLDOUT)
    allowed = settings.max_unknown_items_fraction
    check_known(found["unknown_items"], found["items"], allowed, HOLDOUT)
    totals = {"holdout_pairs_given": found["pairs"], "holdout_pairs_added": found["added"]}
    return kept.select("user_id", "item_id"), totals | counts


# What the columns of _marked say about a pair; the first that holds counts.
_CASES = {
    "stranger": "owned = 0",
    "lonely": "owned > 0 and only_pair",
    "form": "owned > 0 and not only_pair and other_form",
    "trained_too": "owned > 0 and not only_pair and trained",
    "new_item": "owned > 0 and not only_pair and not other_form and not known_item",
}


def _figures(marked: "DataFrame") -> dict[str, Any]:
    from pyspark.sql import functions as F

    known = F.col("owned") > 0
    return figures(
        marked,
        pairs=F.count(F.lit(1)),
        added="owned > 0 and not trained and not other_form",
        **_CASES,
        **{f"{name}_user": example(case, "user_id") for name, case in _CASES.items()},
        **{f"{name}_item": example(case, "item_id") for name, case in _CASES.items()},
        items=F.count_distinct(F.when(known, F.col("item_id"))),
        unknown_items=F.count_distinct(F.when(known & ~F.col("known_item"), F.col("item_id"))),
    )


def _findings(found: dict[str, Any]) -> list[Finding]:
    return [
        Finding(
            "holdout_users_unknown",
            found["stranger"],
            "held-out pairs of users in no training pair",
            found["stranger_user"],
        ),
        Finding(
            "holdout_only_pairs",
            found["lonely"],
            "held-out pairs that are their user's only training pair",
            found["lonely_user"],
        ),
        Finding(
            "holdout_items_in_another_form",
            found["form"],
            "held-out items written in another form than in training",
            found["form_item"],
        ),
        Finding(
            "holdout_pairs_in_training",
            found["trained_too"],
            "held-out pairs that are training pairs too and are not trained on",
            found["trained_too_user"],
            refused=False,
        ),
        Finding(
            "holdout_items_unknown",
            found["new_item"],
            "held-out items in no training pair",
            found["new_item_item"],
            refused=False,
        ),
    ]


def _marked(pairs: "DataFrame", training: "DataFrame") -> "DataFrame":
    """The pairs with columns that say whether training has their user, item and pair."""
    from pyspark.sql import functions as F

    yes = F.lit(True)
    owned = training.groupBy("user_id").agg(F.count(F.lit(1)).alias("owned"))
    trained = training.select("user_id", "item_id", yes.alias("trained"))
    items = training.select("item_id").distinct()
    unknown = pairs.select("item_id").distinct().join(items, "item_id", "left_anti")
    marks = {
        "known_item": items.withColumn("known_item", yes),
        "other_form": other_forms(unknown, items).withColumn("other_form", yes),
    }
    joined = pairs.join(owned, "user_id", "left").join(trained, ["user_id", "item_id"], "left")
    for frame in marks.values():
        joined = joined.join(frame, "item_id", "left")
    filled = joined.fillna(0, ["owned"]).fillna(False, ["trained", *marks])
    return filled.withColumn("only_pair", F.expr("trained and owned = 1"))


def _refuse_several(kept: "DataFrame") -> None:
    several = kept.groupBy("user_id").count().where("count > 1").first()
    if several is not None:
        raise UsageError(
            f"{HOLDOUT} has {several['count']} items for user {several['user_id']!r}; it takes "
            "one item per user."
        )
