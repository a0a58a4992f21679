"""The run that stands before the gates, and what they compare it with."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from steamrec.data import tables
from steamrec.data.context import Context
from steamrec.data.tables import Table
from steamrec.spark.content_hash import content_hash


@dataclass
class Candidate:
    """A written run.

    table: its lists. model: the model that made them. ndcg: each model's full-catalogue NDCG@10.
    previous: the record of the run that readers see, None before the first. rolled_back: the runs
    that readers were taken back from since the last publishing.
    """

    context: Context
    table: Table
    model: str
    ndcg: dict[str, float]
    previous: dict[str, Any] | None = None
    rolled_back: Sequence[dict[str, str]] = ()

    @property
    def k(self) -> int:
        """The longest list that is allowed."""
        return self.context.settings.export.k

    @cached_property
    def lists(self) -> DataFrame:
        """The lists as they were written."""
        return self.context.read(self.table)

    @cached_property
    def libraries(self) -> DataFrame:
        """The libraries of the raw file."""
        return self.context.read(tables.LIBRARIES)

    @cached_property
    def per_user(self) -> DataFrame:
        """Each user's list in figures: see `list_figures`; kept in memory until `close`."""
        return list_figures(self.lists).persist()

    @cached_property
    def hashed(self) -> tuple[int, str]:
        """The rows of the lists and their content hash."""
        return content_hash(self.lists, self.table.hashed)

    @cached_property
    def users(self) -> int:
        """Users with a list."""
        return self.per_user.count()

    @cached_property
    def missing(self) -> DataFrame:
        """The users (user_id) of the raw file who have no list."""
        everybody = self.libraries.select("user_id").distinct()
        return everybody.join(self.per_user, "user_id", "left_anti")

    def figures(self) -> dict[str, int]:
        """users, rows, short_lists, users_without_list."""
        return {
            "users": self.users,
            "rows": self.hashed[0],
            "short_lists": self.per_user.where(f"rows < {self.k}").count(),
            "users_without_list": self.missing.count(),
        }

    def close(self) -> None:
        """Free what was kept in memory."""
        if "per_user" in self.__dict__:
            self.per_user.unpersist()


def list_figures(lists: DataFrame) -> DataFrame:
    """Each user's list in figures: rows, first, last, distinct_ranks, repeated, finite, falling."""
    ordered = F.sort_array(F.collect_list(F.struct("rank", "score")))
    infinite = F.isnan("score") | (F.abs("score") == F.lit(float("inf")))
    grouped = lists.groupBy("user_id").agg(
        F.count(F.lit(1)).alias("rows"),
        F.min("rank").alias("first"),
        F.max("rank").alias("last"),
        F.size(F.collect_set("rank")).alias("distinct_ranks"),
        (F.size(F.collect_set("item_id")) < F.count(F.lit(1))).alias("repeated"),
        F.max(F.col("score").isNull() | infinite).alias("infinite"),
        F.transform(ordered, lambda entry: entry["score"]).alias("scores"),
    )
    named = ("user_id", "rows", "first", "last", "distinct_ranks", "repeated")
    return grouped.select(
        *named, (~F.col("infinite")).alias("finite"), _never_rises("scores").alias("falling")
    )


def _never_rises(scores: str) -> Column:
    """Whether no value of an array column is above the one before it."""
    pairs = F.greatest(F.size(scores) - 1, F.lit(0))
    upper, lower = F.slice(scores, 1, pairs), F.slice(scores, 2, pairs)
    zipped = F.arrays_zip(upper.alias("upper"), lower.alias("lower"))
    return F.forall(zipped, lambda pair: pair["upper"] >= pair["lower"])
