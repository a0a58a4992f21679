"""Counting neighbours and computing the re-ranker's training rows, one user batch after another."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from steamrec.data.user_batches import (
    IntArray,
    Pairs,
    Role,
    UserBatch,
    read_pairs,
    read_user_batches,
)
from steamrec.models.ease.scorer import EaseScorer
from steamrec.models.loading import cached_artifact
from steamrec.models.ranker.candidates import candidates
from steamrec.models.ranker.fallback import TAIL_FEATURES, latent_scores, tail_features
from steamrec.models.ranker.features import FEATURES, features
from steamrec.models.ranker.ngrams import adjacent_keys, between_keys, library_order
from steamrec.models.ranker.retrieval import Retrieval
from steamrec.sampling.negatives import eval_negatives
from steamrec.sampling.rng import TAIL_NEGATIVES
from steamrec.scoring.scorer import FloatArray

if TYPE_CHECKING:
    import pyarrow as pa

ADJACENT, BETWEEN = 0, 1  # the n-grams: two items in a row, three
COUNTS = "ngram int, key long, count long"
COLUMNS = (*FEATURES, "valid")
TAIL_COLUMNS = (*TAIL_FEATURES, "valid")


def rows_ddl(columns: Sequence[str]) -> str:
    """The Spark SQL columns of training rows with these features."""
    return "user int, row int, " + ", ".join(f"{name} float" for name in columns)


def count_neighbours(
    record_batches: "Iterator[pa.RecordBatch]", items: int
) -> "Iterator[pa.RecordBatch]":
    """Each batch's counts of its neighbours: rows (ngram, key, count)."""
    import pyarrow as pa

    for batch in read_user_batches(record_batches):
        for ngram, keys in (
            (ADJACENT, adjacent_keys(batch, items)),
            (BETWEEN, between_keys(batch, items)),
        ):
            unique, counts = np.unique(keys, return_counts=True)
            columns = [np.full(len(unique), ngram, np.int32), unique, counts.astype(np.int64)]
            yield pa.RecordBatch.from_arrays(
                [pa.array(column) for column in columns], names=["ngram", "key", "count"]
            )


def training_rows(
    record_batches: "Iterator[pa.RecordBatch]", root: str, model: str, count: int
) -> "Iterator[pa.RecordBatch]":
    """`count` rows for each user whose target is among the candidates, the target first.

    Roles: FITTED what a user is known by, HOLDOUT the target. Rows past a user's candidates have
    valid = 0.
    """
    retrieval = Retrieval.from_arrays(cached_artifact(root, model).arrays)
    for batch, targets in _batches_with_targets(record_batches):
        yield from _record_batch(_user_rows(retrieval, batch, targets, count), COLUMNS)


def tail_rows(
    record_batches: "Iterator[pa.RecordBatch]", root: str, model: str, count: int, seed: int
) -> "Iterator[pa.RecordBatch]":
    """1 + `count` rows for each user, the target and random items that are not owned.

    As training_rows, but for every user and of TAIL_COLUMNS.
    """
    retrieval = Retrieval.from_arrays(cached_artifact(root, model).arrays)
    for batch, targets in _batches_with_targets(record_batches):
        yield from _record_batch(_tail_rows(retrieval, batch, targets, count, seed), TAIL_COLUMNS)


def _batches_with_targets(
    record_batches: "Iterator[pa.RecordBatch]",
) -> Iterator[tuple[UserBatch, IntArray]]:
    """The known pairs of the users that have a target, and the targets in the users' order."""
    for number, (known, targets) in read_pairs(record_batches, Role.FITTED, Role.HOLDOUT):
        batch = UserBatch.of(number, known.of_users(targets.users))
        if len(batch.users):
            yield batch, targets.of_users(batch.users).items


def _record_batch(
    rows: Iterable[tuple[int, FloatArray]], columns: Sequence[str]
) -> "Iterator[pa.RecordBatch]":
    """The users' tables, all of one length, below each other; nothing where there are none."""
    import pyarrow as pa

    users, tables = [], []
    for user, table in rows:
        users.append(user)
        tables.append(table)
    if not users:
        return
    rows_per_user = len(tables[0])
    values = [
        np.repeat(np.array(users, np.int32), rows_per_user),
        np.tile(np.arange(rows_per_user, dtype=np.int32), len(users)),
        *np.ascontiguousarray(np.concatenate(tables).T),
    ]
    names = ["user", "row", *columns]
    yield pa.RecordBatch.from_arrays([pa.array(value) for value in values], names=names)


def _user_rows(
    retrieval: Retrieval, batch: UserBatch, targets: IntArray, count: int
) -> Iterator[tuple[int, FloatArray]]:
    """Each user with a target among the candidates, and float32 [count, features + 1]."""
    scores = EaseScorer.of(retrieval.weights).scores(batch)
    found = candidates(scores, batch, count)
    tables = features(retrieval, scores, library_order(batch), found)
    for row, user in enumerate(batch.users.tolist()):
        chosen = found.of(row)
        target = np.flatnonzero(chosen == targets[row])
        if not len(target):
            continue
        table = np.zeros((count, len(FEATURES) + 1), np.float32)
        table[: len(chosen), :-1] = tables[found.indptr[row] : found.indptr[row + 1]]
        table[: len(chosen), -1] = 1
        table[[0, target[0]]] = table[[target[0], 0]]
        yield user, table


def _tail_rows(
    retrieval: Retrieval, batch: UserBatch, targets: IntArray, count: int, seed: int
) -> Iterator[tuple[int, FloatArray]]:
    """Each user, and float32 [1 + count, tail features + 1]."""
    ease = EaseScorer.of(retrieval.weights).scores(batch)
    latent = latent_scores(batch, retrieval.directions, retrieval.scale)
    owned = UserBatch.of(batch.number, batch.pairs().merged(Pairs.of(batch.users, targets)))
    drawn = eval_negatives(owned, count, retrieval.items, seed, TAIL_NEGATIVES)
    for row, user in enumerate(batch.users.tolist()):
        chosen = np.append(targets[row], drawn[row])
        table = np.zeros((1 + count, len(TAIL_FEATURES) + 1), np.float32)
        table[: len(chosen), :-1] = tail_features(
            ease[row, chosen],
            latent[row][:, chosen],
            retrieval.owners[chosen],
            retrieval.scale[chosen],
            int(batch.indptr[row + 1] - batch.indptr[row]),
        )
        table[: len(chosen), -1] = 1
        yield user, table
