"""Rank: where each model puts the held-out items; one stage a model.

A model that serves cold users ranks held-out items of theirs too.
"""

import functools
from typing import TYPE_CHECKING

from steamrec.data import tables
from steamrec.data.context import Context
from steamrec.data.spark_batches import user_blocks
from steamrec.data.tables import Table
from steamrec.errors import RunError
from steamrec.evaluation.cold import MEASURED, cold_split, rank_cold_users
from steamrec.evaluation.rank_tasks import FULL, SAMPLED, rank_blocks
from steamrec.pipeline.stage import Outcome

if TYPE_CHECKING:
    from pyspark.sql import Column

BLOCK_SIZE = 256


def run(context: Context, model: str) -> Outcome:
    """Write ranks/<model>, and cold_ranks/<model> for a model of MEASURED."""
    table = tables.ranks(model)
    train = context.read(tables.TRAIN)
    blocks = user_blocks(
        BLOCK_SIZE,
        train.where("not validation"),
        train.where("validation"),
        context.read(tables.HOLDOUT),
        context.read(tables.EVAL_NEGATIVES).selectExpr("user", "explode(items) AS item"),
        placed=True,
    )
    rank = functools.partial(
        rank_blocks,
        root=context.workspace.root,
        model=model,
        longest=max(context.settings.evaluate.k),
    )
    ranked = context.write(blocks.mapInArrow(rank, table.ddl), table, **_figures())
    held_out = context.count(tables.HOLDOUT)
    outcome = Outcome([table], counts=_counts(model, held_out, ranked))
    if model in MEASURED:
        outcome.tables.append(_rank_cold_users(context, model))
    return outcome


def _rank_cold_users(context: Context, model: str) -> Table:
    table = tables.cold_ranks(model)
    blocks = user_blocks(BLOCK_SIZE, *cold_split(context), placed=True)
    rank = functools.partial(rank_cold_users, root=context.workspace.root, model=model)
    context.write(blocks.mapInArrow(rank, table.ddl), table)
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
        # A published split may give a user no candidates: then there is no sampled rank.
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
