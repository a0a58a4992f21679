"""Counting neighbours and computing the re-ranker's training rows, block by block."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from steamrec.block import Block, read_pairs, read_placed_blocks
from steamrec.models.cache import cached_artifact
from steamrec.models.ease import EaseScorer
from steamrec.models.scorer import FloatArray
from steamrec.reranking.features import FEATURES, Retrieval, candidates, features
from steamrec.reranking.neighbours import adjacent_keys, between_keys, library_order

if TYPE_CHECKING:
    import pyarrow as pa

ADJACENT, BETWEEN = 0, 1
COUNTS = "kind int, key long, count long"
COLUMNS = (*FEATURES, "valid")
ROWS = "user int, slot int, " + ", ".join(f"{name} float" for name in COLUMNS)


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
    import pyarrow as pa

    retrieval = Retrieval.from_arrays(cached_artifact(root, model).arrays)
    for number, (known, targets) in read_pairs(batches, 2):
        if not len(targets):
            continue
        block = known.where(np.isin(known.packed >> 32, targets.packed >> 32)).block(number)
        wanted = dict(
            zip((targets.packed >> 32).tolist(), targets.packed & 0xFFFFFFFF, strict=True)
        )
        users, tables = [], []
        for user, table in _user_rows(retrieval, block, wanted, count):
            users.append(user)
            tables.append(table)
        if not users:
            continue
        rows = np.concatenate(tables)
        columns = [
            np.repeat(np.array(users, np.int32), count),
            np.tile(np.arange(count, dtype=np.int32), len(users)),
            *np.ascontiguousarray(rows.T),
        ]
        yield pa.RecordBatch.from_arrays(
            [pa.array(column) for column in columns], names=["user", "slot", *COLUMNS]
        )


def _user_rows(
    retrieval: Retrieval, block: Block, wanted: dict[int, int], count: int
) -> Iterator[tuple[int, FloatArray]]:
    """Each user with a target among the candidates, and float32 [count, features + 1]."""
    scores = EaseScorer.of(retrieval.weights).scores(block)
    ordered = library_order(block)
    for row, user in enumerate(block.users.tolist()):
        owned = ordered.items[block.offsets[row] : block.offsets[row + 1]]
        chosen = candidates(scores[row], owned, count)
        target = np.flatnonzero(chosen == wanted[user])
        if not len(target):
            continue
        table = np.zeros((count, len(FEATURES) + 1), np.float32)
        table[: len(chosen), :-1] = features(retrieval, scores[row], owned, chosen)
        table[: len(chosen), -1] = 1
        table[[0, target[0]]] = table[[target[0], 0]]
        yield user, table
