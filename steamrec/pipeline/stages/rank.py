"""Rank: where each model puts the held-out items; one stage a model."""

import functools

from steamrec.data import tables
from steamrec.data.context import Context
from steamrec.data.spark_batches import user_blocks
from steamrec.evaluation.rank_tasks import rank_blocks
from steamrec.pipeline.stage import Outcome

BLOCK_SIZE = 256


def run(context: Context, model: str) -> Outcome:
    """Write ranks/<model>."""
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
    context.write(blocks.mapInArrow(rank, table.ddl), table)
    return Outcome([table])
