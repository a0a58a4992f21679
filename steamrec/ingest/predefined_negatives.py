"""Matching published candidates with the training pairs and the holdout."""

from typing import TYPE_CHECKING

from steamrec.errors import RunError
from steamrec.ingest.predefined_split import NEGATIVES
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
    from pyspark.sql import Column, DataFrame


def match_negatives(
    rows: "DataFrame", training: "DataFrame", holdout: "DataFrame", settings: SplitSettings
) -> "tuple[DataFrame, dict[str, int]]":
    """The candidates of the held-out users: user_id, item_id, position; and figures of the rest.

    `rows` are read_negatives'; `training` and `holdout` have user_id and item_id. A user's lines
    are one list, in which each item is once. Left out are candidates that the user owns, items
    written in another form than in training, and users without a held-out item. The held-out
    item itself and items in no training pair are kept. Raises RunError when more is left out
    than the settings allow, or when no held-out user has candidates.
    """
    good = rows.where("reason is null")
    entries = _marked(good, training, holdout).persist()
    counts = _check_rows(rows, training, holdout, settings)
    counts |= _check_candidates(entries, settings)
    kept = entries.where("item_id is not null and not owned and not other_form")
    without = holdout.join(kept.where("not held"), "user_id", "left_anti").count()
    if without == holdout.count():
        raise RunError(
            f"{NEGATIVES} has candidates for none of the held-out users; write users in all "
            "files alike."
        )
    missing = Finding(
        "holdout_users_without_candidates",
        without,
        "held-out users without candidates, left out of the sampled metrics",
        refused=False,
    )
    counts |= settle([missing], 0, 0, NEGATIVES)
    return kept.select("user_id", "item_id", "position"), counts


def _marked(good: "DataFrame", training: "DataFrame", holdout: "DataFrame") -> "DataFrame":
    """The held-out users' candidates, each once with its number of `times` and what it is."""
    from pyspark.sql import functions as F

    yes = F.lit(True)
    mine = good.withColumnRenamed("user", "user_id").join(holdout, "user_id", "left_semi")
    entries = (
        mine.select("user_id", F.posexplode("items").alias("position", "item_id"))
        .groupBy("user_id", "item_id")
        .agg(F.min("position").alias("position"), F.count(F.lit(1)).alias("times"))
    )
    pair = ["user_id", "item_id"]
    items = training.select("item_id").union(holdout.select("item_id")).distinct()
    unknown = entries.where("item_id is not null").select("item_id").distinct()
    unknown = unknown.join(items, "item_id", "left_anti")
    joined = (
        entries.join(holdout.select(*pair, yes.alias("held")), pair, "left")
        .join(training.select(*pair, yes.alias("owned")), pair, "left")
        .join(unknown.withColumn("unknown", yes), "item_id", "left")
        .join(other_forms(unknown, items).withColumn("other_form", yes), "item_id", "left")
        .fillna(False, ["held", "owned", "unknown", "other_form"])
    )
    return joined.withColumn("owned", F.expr("owned and not held"))


def _check_rows(
    rows: "DataFrame", training: "DataFrame", holdout: "DataFrame", settings: SplitSettings
) -> dict[str, int]:
    from pyspark.sql import functions as F

    users = training.select("user_id").distinct().withColumn("known", F.lit(True))
    held = holdout.select("user_id").withColumn("held_out", F.lit(True))
    joined = (
        rows.withColumnRenamed("user", "user_id")
        .join(users, "user_id", "left")
        .join(held, "user_id", "left")
    )
    strange = "reason is null and known is null"
    held_users = F.count_distinct(F.when(F.col("held_out"), F.col("user_id")))
    found = figures(
        joined,
        rows=F.count(F.lit(1)),
        bad="reason is not null",
        reason=F.min("reason"),
        strange=strange,
        stranger=example(strange, "user_id"),
        unused="known and held_out is null",
        merged=F.count("held_out") - held_users,
    )
    findings = [
        Finding(
            "negatives_rows_unreadable", found["bad"], "rows that cannot be read", found["reason"]
        ),
        Finding(
            "negatives_users_unknown",
            found["strange"],
            "rows of users in no training pair",
            found["stranger"],
        ),
        Finding(
            "negatives_users_without_holdout",
            found["unused"],
            "rows of users without a held-out item, not used",
            refused=False,
        ),
        Finding(
            "negatives_rows_merged",
            found["merged"],
            "further rows of a user, merged",
            refused=False,
        ),
    ]
    return settle(findings, found["rows"], settings.max_unmatched_fraction, NEGATIVES)


def _check_candidates(entries: "DataFrame", settings: SplitSettings) -> dict[str, int]:
    from pyspark.sql import functions as F

    def times(condition: str) -> "Column":
        return F.sum(F.when(F.expr(condition), F.col("times")))

    found = figures(
        entries,
        total=F.sum("times"),
        repeated=F.sum(F.when(F.expr("item_id is not null"), F.col("times") - 1)),
        missing=times("item_id is null"),
        form=times("other_form"),
        form_item=example("other_form", "item_id"),
        owned=times("owned"),
        owned_item=example("owned", "item_id"),
        held=times("held"),
        items=F.count_distinct("item_id"),
        unknown=F.count_distinct(F.when(F.expr("unknown"), F.col("item_id"))),
    )
    findings = [
        Finding("candidates_missing", found["missing"], "candidates without an item"),
        Finding(
            "candidates_in_another_form",
            found["form"],
            "candidates written in another form than in training",
            found["form_item"],
        ),
        Finding(
            "candidates_owned",
            found["owned"],
            "candidates that their user owns",
            found["owned_item"],
        ),
        Finding(
            "candidates_repeated",
            found["repeated"],
            "repeated candidates, used once",
            refused=False,
        ),
        Finding(
            "candidates_held_out",
            found["held"],
            "candidates that are the held-out item",
            refused=False,
        ),
        Finding(
            "candidate_items_unknown", found["unknown"], "candidate items in no pair", refused=False
        ),
    ]
    counts = settle(findings, found["total"], settings.max_unmatched_fraction, NEGATIVES)
    check_known(found["unknown"], found["items"], settings.max_unknown_items_fraction, NEGATIVES)
    return {"candidates_given": found["total"], **counts}
