"""Rank: where each model puts the held-out items; one stage per model.

A model that serves cold users ranks held-out items of theirs too.
"""

import functools
from typing import TYPE_CHECKING

from steamrec.data import tables
from steamrec.data.context import Context
from steamrec.data.pairs import Role
from steamrec.data.spark_batches import user_batches
from steamrec.data.tables import Table
from steamrec.errors import RunError
from steamrec.evaluation.cold import MEASURED, cold_split, rank_cold_users
from steamrec.evaluation.rank_tasks import FULL, SAMPLED, rank_batches
from steamrec.pipeline.stage import Outcome

if TYPE_CHECKING:
    from pyspark.sql import Column

USERS_PER_BATCH = 256


def run(context: Context, model: str) -> Outcome:
    """Write ranks/<model>, and cold_ranks/<model> for a model of MEASURED."""
    table = tables.ranks(model)
    train = context.read(tables.TRAIN)
    negatives = context.read(tables.EVAL_NEGATIVES)
    pairs = {
        Role.FITTED: train.where("not validation"),
        Role.VALIDATION: train.where("validation"),
        Role.HOLDOUT: context.read(tables.HOLDOUT),
        Role.NEGATIVE: negatives.selectExpr("user", "explode(items) AS item"),
    }
    batches = user_batches(USERS_PER_BATCH, pairs, with_positions=True)
    rank = functools.partial(
        rank_batches,
        root=context.workspace.root,
        model=model,
        longest=max(context.settings.evaluate.k),
    )
    ranked = context.write(batches.mapInArrow(rank, table.ddl), table, **_figures())
    held_out = context.count(tables.HOLDOUT)
    outcome = Outcome([table], counts=_counts(model, held_out, ranked))
    if model in MEASURED:
        outcome.tables.append(_rank_cold_users(context, model))
    return outcome


def _rank_cold_users(context: Context, model: str) -> Table:
    table = tables.cold_ranks(model)
    known, held_out = cold_split(context)
    pairs = {Role.FITTED: known, Role.HOLDOUT: held_out}
    batches = user_batches(USERS_PER_BATCH, pairs, with_positions=True)
    rank = functools.partial(rank_cold_users, root=context.workspace.root, model=model)
    context.write(batches.mapInArrow(rank, table.ddl), table)
    return table


def _figures() -> "dict[str, Column]":
    """For each protocol how many items are ranked, and how many of them against none."""
    from pyspark.sql import functions as F

    figures = {}
    for protocol in (SAMPLED, FULL):
        ranked = F.col("protocol") == protocol
        figures[protocol] = F.count(F.when(ranked, 1))
        figures[f"{protocol}_alone"] = F.count(F.when(ranked & (F.col("candidates") == 1), 1))
    return figures


def _counts(model: str, held_out: int, found: dict[str, int]) -> dict[str, int]:
    """How many held-out items were ranked, and how many of them had no competitor.

    Raises RunError unless each held-out item has its rank in the full catalogue. An item without
    a competitor is ranked first by every model: the user owns all else, or has no negatives.
    """
    counts = {"held_out_items": held_out}
    for protocol in (SAMPLED, FULL):
        ranked = found[protocol]
        # A user of a published split may have no candidates and then has no sampled rank.
        if protocol == SAMPLED and ranked < held_out:
            counts["without_candidates"] = held_out - ranked
        elif ranked != held_out:
            raise RunError(
                f"The model '{model}' ranked {ranked:,} of {held_out:,} held-out items "
                f"({protocol}); this is a fault of steamrec, please report it."
            )
        if found[f"{protocol}_alone"]:
            counts[f"without_competitors_{protocol}"] = found[f"{protocol}_alone"]
    return counts
