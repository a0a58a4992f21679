"""Rank: where each model puts the held-out items; one stage a model."""

import functools
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from steamrec import tables
from steamrec.block import Block, IntArray, LongArray, read_packed, unpack
from steamrec.settings import Settings
from steamrec.spark.blocks import user_blocks
from steamrec.stages.stage import Context, Outcome, Stage

if TYPE_CHECKING:
    import pyarrow as pa

    from steamrec.models.scorer import Scorer

BLOCK_SIZE = 256
SAMPLED, FULL, VALIDATION = "sampled", "full", "validation"


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

    return Stage(f"rank/{model}", 1, ("split", "sample", f"train/{model}"), used, run)


def rank_blocks(
    batches: "Iterator[pa.RecordBatch]", root: str, model: str, longest: int
) -> "Iterator[pa.RecordBatch]":
    """The rows of tables.ranks for each block; runs on the executors."""
    import pyarrow as pa

    from steamrec.models.cache import cached_scorer

    scorer = cached_scorer(root, model)
    schema = pa.schema(
        [
            ("protocol", pa.string()),
            ("user", pa.int32()),
            ("rank", pa.int32()),
            ("candidates", pa.int32()),
            ("items", pa.list_(pa.int32())),
        ]
    )
    for number, (fitted, validation, holdout, negatives) in read_packed(batches, 4):
        for columns in (
            *_test_ranks(scorer, number, fitted, validation, holdout, negatives, longest),
            *_validation_ranks(scorer, number, fitted, validation),
        ):
            arrays = [
                pa.array(value, field.type) for value, field in zip(columns, schema, strict=True)
            ]
            yield pa.RecordBatch.from_arrays(arrays, schema=schema)


Columns = tuple[list[str], IntArray, IntArray, IntArray, list[IntArray]]


def _test_ranks(
    scorer: "Scorer",
    number: int,
    fitted: LongArray,
    validation: LongArray,
    holdout: LongArray,
    negatives: LongArray,
    longest: int,
) -> Iterator[Columns]:
    """Both protocols for the held-out items; the full one with each user's list."""
    from steamrec.models.scorer import owned_mask
    from steamrec.ranking.ranks import full_ranks, sampled_ranks
    from steamrec.ranking.topk import top_k

    if not len(holdout):
        return
    block = unpack(number, np.sort(np.concatenate([fitted, validation])))
    rows, targets = _targets(block, holdout)
    scores = scorer.scores(block)
    known = owned_mask(block, scorer.items)
    users = block.users[rows]
    ranks, candidates = full_ranks(scores, known, rows, targets)
    sampled = unpack(number, negatives)
    places = np.searchsorted(sampled.users, users)
    chosen = [
        sampled.items[sampled.offsets[place] : sampled.offsets[place + 1]]
        if place < len(sampled.users) and sampled.users[place] == user
        else np.empty(0, np.int32)
        for place, user in zip(places, users, strict=True)
    ]
    empty: list[IntArray] = [np.empty(0, np.int32)] * len(users)
    yield ([SAMPLED] * len(users), users, *sampled_ranks(scores, rows, targets, chosen), empty)
    items, _ = top_k(scores, known, longest)
    lists = [row[row >= 0] for row in items[rows]]
    yield [FULL] * len(users), users, ranks, candidates, lists


def _validation_ranks(
    scorer: "Scorer", number: int, fitted: LongArray, validation: LongArray
) -> Iterator[Columns]:
    """The full protocol for the validation items, as the model knew the users when fitted."""
    from steamrec.models.scorer import owned_mask
    from steamrec.ranking.ranks import full_ranks

    if not len(validation):
        return
    block = unpack(number, fitted[np.isin(fitted >> 32, validation >> 32)])
    rows, targets = _targets(block, validation)
    known = owned_mask(block, scorer.items)
    ranks, candidates = full_ranks(scorer.scores(block), known, rows, targets)
    empty: list[IntArray] = [np.empty(0, np.int32)] * len(rows)
    yield [VALIDATION] * len(rows), block.users[rows], ranks, candidates, empty


def _targets(block: Block, pairs: LongArray) -> tuple[IntArray, IntArray]:
    """The rows in the block and the items of packed (user, item) pairs, both int32."""
    users, items = pairs >> 32, pairs & 0xFFFFFFFF
    rows: npt.NDArray[np.int32] = np.searchsorted(block.users, users).astype(np.int32)
    known = block.users[np.minimum(rows, len(block.users) - 1)] == users
    return rows[known], items[known].astype(np.int32)
