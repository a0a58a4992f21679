"""Ranking the held-out items of each block under every protocol."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from steamrec.data.user_batches import Block, IntArray, LongArray, Pairs, read_pairs, unpack
from steamrec.models.loading import cached_scorer
from steamrec.scoring.ranks import full_ranks, sampled_ranks
from steamrec.scoring.scorer import Scorer, owned_cells
from steamrec.scoring.top_k import top_k

if TYPE_CHECKING:
    import pyarrow as pa

SAMPLED, FULL, VALIDATION = "sampled", "full", "validation"
NOTHING = (np.empty(0, np.int64), np.empty(0, np.int32))


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
            *flat, (offsets, items) = columns
            arrays = [
                pa.array(value, field.type)
                for value, field in zip(flat, list(schema)[:-1], strict=True)
            ]
            arrays.append(pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), pa.array(items)))
            yield pa.RecordBatch.from_arrays(arrays, schema=schema)


# Offsets int64 [n + 1] and the items int32 between them.
Lists = tuple[LongArray, IntArray]
Columns = tuple[list[str], IntArray, IntArray, IntArray, Lists]


def _test_ranks(
    scorer: Scorer,
    number: int,
    fitted: Pairs,
    validation: Pairs,
    holdout: Pairs,
    negatives: Pairs,
    longest: int,
) -> Iterator[Columns]:
    """Both protocols for the held-out items; the full one with each user's list.

    Users without a candidate have no rank under the sampled one.
    """
    if not len(holdout):
        return
    block = fitted.merged(validation).block(number)
    rows, targets = _targets(block, holdout.packed)
    scores = scorer.scores(block)
    users = block.users[rows]
    sampled = _of_users(unpack(number, negatives.packed), users)
    ranks, candidates = sampled_ranks(scores, rows, targets, *sampled)
    # Without a competitor the held-out item is the first of one, which says nothing of a model.
    ranked = candidates > 1
    count = int(ranked.sum())
    yield [SAMPLED] * count, users[ranked], ranks[ranked], candidates[ranked], _no_lists(count)
    ranks, candidates = full_ranks(scores, owned_cells(block), rows, targets)
    # What full_ranks left out is -inf by now.
    items, _ = top_k(scores, NOTHING, longest)
    yield [FULL] * len(users), users, ranks, candidates, _lists(items[rows])


def _validation_ranks(
    scorer: Scorer, number: int, fitted: Pairs, validation: Pairs
) -> Iterator[Columns]:
    """The full protocol for the validation items, as the model knew the users when fitted."""
    if not len(validation):
        return
    chosen = np.isin(fitted.packed >> 32, validation.packed >> 32)
    block = fitted.where(chosen).block(number)
    rows, targets = _targets(block, validation.packed)
    scores = scorer.scores(block)
    ranks, candidates = full_ranks(scores, owned_cells(block), rows, targets)
    yield [VALIDATION] * len(rows), block.users[rows], ranks, candidates, _no_lists(len(rows))


def _of_users(block: Block, users: IntArray) -> Lists:
    """The block's items of `users` (ascending), in the form of Lists; none where it lacks one."""
    kept = np.isin(block.users, users)
    sizes = np.zeros(len(users), np.int64)
    sizes[np.searchsorted(users, block.users[kept])] = np.diff(block.offsets)[kept]
    items = block.items[np.repeat(kept, np.diff(block.offsets))]
    return np.append(0, np.cumsum(sizes)), items


def _no_lists(count: int) -> Lists:
    return np.zeros(count + 1, np.int64), np.empty(0, np.int32)


def _lists(items: IntArray) -> Lists:
    """The items of each row that are items at all."""
    listed = items >= 0
    return np.append(0, np.cumsum(listed.sum(axis=1))), items[listed]


def _targets(block: Block, pairs: LongArray) -> tuple[IntArray, IntArray]:
    """The rows in the block and the items of packed (user, item) pairs, both int32."""
    users, items = pairs >> 32, pairs & 0xFFFFFFFF
    rows: npt.NDArray[np.int32] = np.searchsorted(block.users, users).astype(np.int32)
    known = block.users[np.minimum(rows, len(block.users) - 1)] == users
    return rows[known], items[known].astype(np.int32)
