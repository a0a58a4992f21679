"""The items that the settings of [export] leave out, in SQL and on ids.

Derived again from the file of item metadata, and not with the code that made the lists.
"""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from steamrec.data import tables
from steamrec.data.context import Context
from steamrec.publish.filters import folded

LABELS = ("genres", "tags")


def left_out_ids(context: Context) -> DataFrame:
    """The item_ids that no list may hold."""
    settings = context.settings.export
    facts = context.read(tables.ITEM_METADATA)
    labels = F.concat(*(F.coalesce(name, F.array().cast("array<string>")) for name in LABELS))
    wanted = {folded(tag) for tag in settings.exclude_tags}
    found = facts.select(F.explode(labels).alias("label")).distinct().collect() if wanted else []
    banned = [row["label"] for row in found if folded(row["label"]) in wanted]
    low, high = settings.min_price, settings.max_price
    tagged = F.arrays_overlap(labels, F.array(*map(F.lit, banned)).cast("array<string>"))
    price = F.nanvl("price", F.lit(None).cast("double"))  # a price that is not a number is unknown
    cheap = price < F.lit(low) if low is not None else F.lit(False)
    dear = price > F.lit(high) if high is not None else F.lit(False)
    return facts.where(tagged | cheap | dear).select("item_id")
