"""Ranking the held-out items of each batch under every protocol."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from steamrec.data.user_batches import IntArray, LongArray, Pairs, Role, UserBatch, read_pairs
from steamrec.models.loading import cached_scorer
from steamrec.scoring.ranks import full_ranks, sampled_ranks
from steamrec.scoring.scorer import Scorer, leading_scores, owned_cells
from steamrec.scoring.top_k import top_k

if TYPE_CHECKING:
    import pyarrow as pa

SAMPLED, FULL, VALIDATION = "sampled", "full", "validation"


def rank_batches(
    record_batches: "Iterator[pa.RecordBatch]", root: str, model: str, longest: int
) -> "Iterator[pa.RecordBatch]":
    """The rows of tables.ranks for each batch.

    The user batches have all roles. Any of these may be empty: each held-out pair and each
    validation pair has its rank.
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
    for number, (fitted, validation, holdout, negatives) in read_pairs(record_batches, *Role):
        for columns in (
            *_test_ranks(scorer, number, fitted, validation, holdout, negatives, longest),
            *_validation_ranks(scorer, number, fitted, validation),
        ):
            *flat, (indptr, items) = columns
            arrays = [
                pa.array(value, field.type)
                for value, field in zip(flat, list(schema)[:-1], strict=True)
            ]
            arrays.append(pa.ListArray.from_arrays(pa.array(indptr, pa.int32()), pa.array(items)))
            yield pa.RecordBatch.from_arrays(arrays, schema=schema)


# Indptr int64 [n + 1] and the items int32 between them.
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
    batch = UserBatch.of(number, fitted.merged(validation)).with_users(holdout.users)
    users, targets = holdout.users, holdout.items
    rows = np.searchsorted(batch.users, users).astype(np.int32)
    stage = f"rank/{scorer.name}"
    scores = leading_scores(scorer, batch, stage, longest, targets=(rows, targets))
    sampled = _of_users(UserBatch.of(number, negatives), users)
    ranks, candidates = sampled_ranks(scores, rows, targets, *sampled)
    # Without a competitor the held-out item ranks first, which says nothing about a model.
    ranked = candidates > 1
    count = int(ranked.sum())
    yield [SAMPLED] * count, users[ranked], ranks[ranked], candidates[ranked], _no_lists(count)
    ranks, candidates = full_ranks(scores, owned_cells(batch), rows, targets)
    items, _ = top_k(scores, owned_cells(batch), min(longest, scorer.items))
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

    The model gets the `known` pairs of the same users; a user without known pairs is ranked too.
    Both int32 [len(held_out)].
    """
    users = held_out.users
    batch = UserBatch.of(number, known.of_users(users)).with_users(users)
    rows = np.searchsorted(batch.users, users).astype(np.int32)
    cells = (rows, held_out.items)
    scores = leading_scores(scorer, batch, f"rank/{scorer.name}", 0, targets=cells)
    return full_ranks(scores, owned_cells(batch), rows, held_out.items)


def _of_users(batch: UserBatch, users: IntArray) -> Lists:
    """The batch's items of `users` (ascending), in the form of Lists; none where it lacks one."""
    kept = np.isin(batch.users, users)
    sizes = np.zeros(len(users), np.int64)
    sizes[np.searchsorted(users, batch.users[kept])] = np.diff(batch.indptr)[kept]
    items = batch.indices[np.repeat(kept, np.diff(batch.indptr))]
    return np.append(0, np.cumsum(sizes)), items


def _no_lists(count: int) -> Lists:
    return np.zeros(count + 1, np.int64), np.empty(0, np.int32)


def _lists(items: IntArray) -> Lists:
    """The items of each row that are items at all."""
    listed = items >= 0
    return np.append(0, np.cumsum(listed.sum(axis=1))), items[listed]
