"""Rank: where each model puts the held-out items; one stage a model."""

import functools
from typing import Any

from steamrec.data import tables
from steamrec.data.context import Context
from steamrec.data.spark_batches import user_blocks
from steamrec.evaluation.rank_tasks import rank_blocks
from steamrec.pipeline.stage import Outcome, Stage
from steamrec.settings import Settings

BLOCK_SIZE = 256


def rank_stage(model: str) -> Stage:
    """The stage "rank/<model>": writes ranks/<model>."""
    table = tables.ranks(model)

    def run(context: Context) -> Outcome:
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
        context.write(blocks.mapInArrow(rank, table.ddl), table)
        return Outcome([table])

    def used(settings: Settings) -> dict[str, Any]:
        return {"longest": max(settings.evaluate.k)}

    return Stage(f"rank/{model}", 3, ("split", "sample", f"train/{model}"), used, run)
