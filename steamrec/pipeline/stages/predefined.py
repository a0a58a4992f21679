"""A published split in prepare: matched with the training pairs, then numbered and written."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from steamrec.data import tables
from steamrec.data.context import Context
from steamrec.data.tables import Table
from steamrec.ingest.predefined_holdout import match_holdout
from steamrec.ingest.predefined_negatives import match_negatives
from steamrec.ingest.predefined_split import read_holdout, read_negatives

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


@dataclass(frozen=True)
class Predefined:
    """`holdout` has user_id and item_id, `negatives` (None: drawn) position as well."""

    holdout: "DataFrame"
    negatives: "DataFrame | None"
    counts: dict[str, int]

    @property
    def items(self) -> "DataFrame | None":
        """The item_ids among the candidates, each once; None without candidates."""
        return None if self.negatives is None else self.negatives.select("item_id").distinct()


def read_predefined(context: Context, training: "DataFrame") -> Predefined:
    """The published split, as far as it fits `training` (user_id, item_id); raises as matching."""
    settings = context.settings.split
    holdout, counts = match_holdout(read_holdout(context), training, settings)
    holdout = holdout.persist()
    rows = read_negatives(context)
    if rows is None:
        return Predefined(holdout, None, counts)
    negatives, more = match_negatives(rows, training, holdout, settings)
    return Predefined(holdout, negatives, counts | more)


def write_predefined(context: Context, published: Predefined) -> list[Table]:
    """Write the split by the numbers of USERS and ITEMS; returns the tables."""
    from pyspark.sql import functions as F

    users = context.read(tables.USERS).select("user", "user_id")
    items = context.read(tables.ITEMS).select("item", "item_id")
    holdout = published.holdout.join(users, "user_id").join(items, "item_id")
    context.write(holdout, tables.PREDEFINED_HOLDOUT)
    if published.negatives is None:
        return [tables.PREDEFINED_HOLDOUT]
    known = published.negatives.join(users, "user_id").join(items, "item_id")
    # Of a user's several lines the positions are equal; the ids then order them.
    entries = F.sort_array(F.collect_list(F.struct("position", "item_id", "item")))
    lists = F.transform(entries, lambda entry: entry["item"]).alias("items")
    context.write(known.groupBy("user").agg(lists), tables.PREDEFINED_NEGATIVES)
    return [tables.PREDEFINED_HOLDOUT, tables.PREDEFINED_NEGATIVES]
