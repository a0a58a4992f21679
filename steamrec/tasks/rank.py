"""Ranking the held-out items of each block under every protocol."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from steamrec.block import Block, IntArray, LongArray, Pairs, read_pairs, unpack
from steamrec.models.cache import cached_scorer
from steamrec.models.scorer import Scorer, owned_mask
from steamrec.ranking.ranks import full_ranks, sampled_ranks
from steamrec.ranking.topk import top_k

if TYPE_CHECKING:
    import pyarrow as pa

SAMPLED, FULL, VALIDATION = "sampled", "full", "validation"


def rank_blocks(
    batches: "Iterator[pa.RecordBatch]", root: str, model: str, longest: int
) -> "Iterator[pa.RecordBatch]":
    """The rows of tables.ranks for each block."""
    import pyarrow as pa

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
    for number, (fitted, validation, holdout, negatives) in read_pairs(batches, 4):
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
    scorer: Scorer,
    number: int,
    fitted: Pairs,
    validation: Pairs,
    holdout: Pairs,
    negatives: Pairs,
    longest: int,
) -> Iterator[Columns]:
    """Both protocols for the held-out items; the full one with each user's list."""
    if not len(holdout):
        return
    block = fitted.merged(validation).block(number)
    rows, targets = _targets(block, holdout.packed)
    scores = scorer.scores(block)
    known = owned_mask(block, scorer.items)
    users = block.users[rows]
    ranks, candidates = full_ranks(scores, known, rows, targets)
    sampled = unpack(number, negatives.packed)
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
    scorer: Scorer, number: int, fitted: Pairs, validation: Pairs
) -> Iterator[Columns]:
    """The full protocol for the validation items, as the model knew the users when fitted."""
    if not len(validation):
        return
    chosen = np.isin(fitted.packed >> 32, validation.packed >> 32)
    block = fitted.where(chosen).block(number)
    rows, targets = _targets(block, validation.packed)
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
