"""A published split in prepare: matched with the training pairs, then numbered and written."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from steamrec.data import tables
from steamrec.data.context import Context
from steamrec.data.tables import Table
from steamrec.ingest.predefined_entries import KEPT_CANDIDATE, KEPT_HELD, split_entries
from steamrec.ingest.predefined_holdout import CASES, check_holdout, holdout_figures
from steamrec.ingest.predefined_negatives import LEFT_OUT, check_negatives, negatives_figures
from steamrec.ingest.predefined_split import read_holdout, read_negatives, unreadable_rows
from steamrec.ingest.unmatched import figures

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


@dataclass(frozen=True)
class Predefined:
    """What fits of a published split.

    `holdout` has user_id, item_id and `trained` (a training pair too); `negatives` (None: drawn)
    user_id, item_id, position and `known` (in a training or held-out pair).
    """

    holdout: "DataFrame"
    negatives: "DataFrame | None"
    counts: dict[str, int]

    @property
    def items(self) -> "DataFrame | None":
        """The item_ids of candidates in no pair, each once; None without candidates."""
        if self.negatives is None:
            return None
        return self.negatives.where("not known").select("item_id").distinct()


def read_predefined(context: Context, training: "DataFrame") -> Predefined:
    """The published split, as far as it fits `training` (user_id, item_id).

    What does not fit is in PREDEFINED_QUARANTINE, in the log and counted. Raises UsageError for a
    user with several held-out items, RunError when more does not fit than the settings allow.
    """
    from pyspark.sql import functions as F

    settings = context.settings.split
    held, lists = read_holdout(context), read_negatives(context)
    unreadable = unreadable_rows(held, lists)
    user = F.col("user").alias("user_id")
    pairs = held.where("reason is null").select(user, F.col("item").alias("item_id"))
    offered = None if lists is None else lists.where("reason is null").select(user, "items")
    entries = split_entries(training, pairs, offered).persist()
    _write_quarantine(context, entries, held, lists)
    wanted = holdout_figures() | ({} if lists is None else negatives_figures())
    found = figures(entries, **wanted)
    counts = check_holdout(found, unreadable[0], settings)
    holdout = entries.where(KEPT_HELD).select("user_id", "item_id", "trained")
    if lists is None:
        return Predefined(holdout, None, counts)
    counts |= check_negatives(found, unreadable[1], settings)
    kept = entries.where(f"in_scope and {KEPT_CANDIDATE}")
    return Predefined(holdout, kept.select("user_id", "item_id", "position", "known"), counts)


def write_predefined(context: Context, published: Predefined) -> list[Table]:
    """Write the split by the numbers of USERS and ITEMS; returns the tables."""
    from pyspark.sql import functions as F

    users = context.read(tables.USERS).select("user", "user_id")
    items = context.read(tables.ITEMS).select("item", "item_id")
    holdout = published.holdout.join(users, "user_id").join(items, "item_id")
    context.write(holdout, tables.PREDEFINED_HOLDOUT)
    written = [tables.PREDEFINED_HOLDOUT, tables.PREDEFINED_QUARANTINE]
    if published.negatives is None:
        return written
    known = published.negatives.join(users, "user_id").join(items, "item_id")
    # Of a user's several lines the positions are equal; the ids then order them.
    entries = F.sort_array(F.collect_list(F.struct("position", "item_id", "item")))
    lists = F.transform(entries, lambda entry: entry["item"]).alias("items")
    context.write(known.groupBy("user").agg(lists), tables.PREDEFINED_NEGATIVES)
    return [*written, tables.PREDEFINED_NEGATIVES]


def _write_quarantine(
    context: Context, entries: "DataFrame", held: "DataFrame", lists: "DataFrame | None"
) -> None:
    """Write what is left out and counts against the settings, with its reason."""
    from pyspark.sql import functions as F

    split = context.settings.split
    reasons = {condition: words for _, condition, words, _, refused in CASES if refused} | LEFT_OUT
    reason = F.coalesce(*(F.when(F.expr(each), F.lit(words)) for each, words in reasons.items()))
    file = F.when(F.col("role") == "held", split.holdout_path).otherwise(split.negatives_path)
    pair = F.to_json(F.struct(F.col("user_id").alias("user"), F.col("item_id").alias("item")))
    left = entries.select(file.alias("file"), reason.alias("reason"), pair.alias("line"))
    for rows in (held, lists):
        if rows is not None:
            left = left.unionByName(rows.select("file", "reason", "line"))
    context.write(left.where("reason is not null"), tables.PREDEFINED_QUARANTINE)
