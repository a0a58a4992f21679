"""Ranking the held-out items of each block under every protocol."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from steamrec.data.user_batches import Block, IntArray, LongArray, Pairs, read_pairs, unpack
from steamrec.models.loading import cached_scorer
from steamrec.scoring.ranks import full_ranks, sampled_ranks
from steamrec.scoring.scorer import Scorer, leading_scores, owned_cells
from steamrec.scoring.top_k import top_k

if TYPE_CHECKING:
    import pyarrow as pa

SAMPLED, FULL, VALIDATION = "sampled", "full", "validation"


def rank_blocks(
    batches: "Iterator[pa.RecordBatch]", root: str, model: str, longest: int
) -> "Iterator[pa.RecordBatch]":
    """The rows of tables.ranks for each block.

    Kinds of the batches: the pairs fitted on, those of validation, those held out, and the sampled
    negatives. Any of them may be empty: each held-out pair and each validation pair has its rank.
    """
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
    block = fitted.merged(validation).block(number).with_users(holdout.users)
    users, targets = holdout.users, holdout.items
    rows = np.searchsorted(block.users, users).astype(np.int32)
    stage = f"rank/{scorer.name}"
    scores = leading_scores(scorer, block, stage, longest, targets=(rows, targets))
    sampled = _of_users(unpack(number, negatives.packed), users)
    ranks, candidates = sampled_ranks(scores, rows, targets, *sampled)
    # Without a competitor the held-out item is the first of one, which says nothing of a model.
    ranked = candidates > 1
    count = int(ranked.sum())
    yield [SAMPLED] * count, users[ranked], ranks[ranked], candidates[ranked], _no_lists(count)
    ranks, candidates = full_ranks(scores, owned_cells(block), rows, targets)
    items, _ = top_k(scores, owned_cells(block), min(longest, scorer.items))
    yield [FULL] * len(users), users, ranks, candidates, _lists(items[rows])


def _validation_ranks(
    scorer: Scorer, number: int, fitted: Pairs, validation: Pairs
) -> Iterator[Columns]:
    """The full protocol for the validation items, as the model knew the users when fitted."""
    if not len(validation):
        return
    ranks = held_out_ranks(scorer, number, fitted, validation)
    yield [VALIDATION] * len(validation), validation.users, *ranks, _no_lists(len(validation))


def held_out_ranks(
    scorer: Scorer, number: int, known: Pairs, held_out: Pairs
) -> tuple[IntArray, IntArray]:
    """The full-catalogue ranks of the held-out pairs, and the numbers of candidates.

    The model is told the `known` pairs of the same users; who has none is ranked all the same.
    Both int32 [len(held_out)].
    """
    users = held_out.users
    block = known.where(np.isin(known.users, users)).block(number).with_users(users)
    rows = np.searchsorted(block.users, users).astype(np.int32)
    cells = (rows, held_out.items)
    scores = leading_scores(scorer, block, f"rank/{scorer.name}", 0, targets=cells)
    return full_ranks(scores, owned_cells(block), rows, held_out.items)


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
