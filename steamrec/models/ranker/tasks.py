"""Counting neighbours and computing the re-ranker's training rows, block by block."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from steamrec.data.user_batches import (
    Block,
    LongArray,
    pack,
    read_pairs,
    read_placed_blocks,
    unpack,
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

ADJACENT, BETWEEN = 0, 1
COUNTS = "kind int, key long, count long"
COLUMNS = (*FEATURES, "valid")
TAIL_COLUMNS = (*TAIL_FEATURES, "valid")


def rows_ddl(columns: Sequence[str]) -> str:
    """The Spark SQL columns of training rows with these features."""
    return "user int, slot int, " + ", ".join(f"{name} float" for name in columns)


def count_neighbours(batches: "Iterator[pa.RecordBatch]", items: int) -> "Iterator[pa.RecordBatch]":
    """Each block's counts of its neighbours: rows (kind, key, count)."""
    import pyarrow as pa

    for block in read_placed_blocks(batches):
        for kind, keys in (
            (ADJACENT, adjacent_keys(block, items)),
            (BETWEEN, between_keys(block, items)),
        ):
            unique, counts = np.unique(keys, return_counts=True)
            columns = [np.full(len(unique), kind, np.int32), unique, counts.astype(np.int64)]
            yield pa.RecordBatch.from_arrays(
                [pa.array(column) for column in columns], names=["kind", "key", "count"]
            )


def training_rows(
    batches: "Iterator[pa.RecordBatch]", root: str, model: str, count: int
) -> "Iterator[pa.RecordBatch]":
    """`count` rows for each user whose target is among the candidates, the target first.

    Kinds of the batches: the pairs that a user is known by, and the target. Rows past a user's
    candidates have valid = 0.
    """
    retrieval = Retrieval.from_arrays(cached_artifact(root, model).arrays)
    for block, targets in _blocks_with_targets(batches):
        yield from _record_batch(_user_rows(retrieval, block, targets, count), COLUMNS)


def tail_rows(
    batches: "Iterator[pa.RecordBatch]", root: str, model: str, count: int, seed: int
) -> "Iterator[pa.RecordBatch]":
    """1 + `count` rows for each user, the target and random items that are not owned.

    As training_rows, but for every user and of TAIL_COLUMNS.
    """
    retrieval = Retrieval.from_arrays(cached_artifact(root, model).arrays)
    for block, targets in _blocks_with_targets(batches):
        yield from _record_batch(_tail_rows(retrieval, block, targets, count, seed), TAIL_COLUMNS)


def _blocks_with_targets(
    batches: "Iterator[pa.RecordBatch]",
) -> Iterator[tuple[Block, LongArray]]:
    """The known pairs of the users that have a target, and the targets in the users' order."""
    for number, (known, targets) in read_pairs(batches, 2):
        block = known.where(np.isin(known.packed >> 32, targets.packed >> 32)).block(number)
        if len(block.users):
            there = targets.packed[np.isin(targets.packed >> 32, block.users)]
            yield block, there & 0xFFFFFFFF


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
    slots = len(tables[0])
    values = [
        np.repeat(np.array(users, np.int32), slots),
        np.tile(np.arange(slots, dtype=np.int32), len(users)),
        *np.ascontiguousarray(np.concatenate(tables).T),
    ]
    names = ["user", "slot", *columns]
    yield pa.RecordBatch.from_arrays([pa.array(value) for value in values], names=names)


def _user_rows(
    retrieval: Retrieval, block: Block, targets: LongArray, count: int
) -> Iterator[tuple[int, FloatArray]]:
    """Each user with a target among the candidates, and float32 [count, features + 1]."""
    scores = EaseScorer.of(retrieval.weights).scores(block)
    found = candidates(scores, block, count)
    tables = np.stack(features(retrieval, scores, library_order(block), found), axis=1)
    for row, user in enumerate(block.users.tolist()):
        chosen = found.of(row)
        target = np.flatnonzero(chosen == targets[row])
        if not len(target):
            continue
        table = np.zeros((count, len(FEATURES) + 1), np.float32)
        table[: len(chosen), :-1] = tables[found.offsets[row] : found.offsets[row + 1]]
        table[: len(chosen), -1] = 1
        table[[0, target[0]]] = table[[target[0], 0]]
        yield user, table


def _tail_rows(
    retrieval: Retrieval, block: Block, targets: LongArray, count: int, seed: int
) -> Iterator[tuple[int, FloatArray]]:
    """Each user, and float32 [1 + count, tail features + 1]."""
    ease = EaseScorer.of(retrieval.weights).scores(block)
    latent = latent_scores(block, retrieval.directions, retrieval.scale)
    packed = np.sort(np.concatenate([pack(block), block.users.astype(np.int64) << 32 | targets]))
    owned = unpack(block.number, packed)
    drawn = eval_negatives(owned, count, retrieval.items, seed, TAIL_NEGATIVES)
    for row, user in enumerate(block.users.tolist()):
        chosen = np.append(targets[row], drawn[row])
        table = np.zeros((1 + count, len(TAIL_FEATURES) + 1), np.float32)
        values = tail_features(
            ease[row, chosen],
            latent[row][:, chosen],
            retrieval.owners[chosen],
            retrieval.scale[chosen],
            int(block.offsets[row + 1] - block.offsets[row]),
        )
        table[: len(chosen), :-1] = np.stack(values, axis=1)
        table[: len(chosen), -1] = 1
        yield user, table
