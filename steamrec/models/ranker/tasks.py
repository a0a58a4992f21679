"""Computing the re-ranker's training rows, batch by batch, on executors."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from steamrec.data.tables import Table
from steamrec.data.user_batches import IntArray, Pairs, Role, UserBatch, read_pairs
from steamrec.models.ease.scorer import EaseScorer
from steamrec.models.loading import cached_artifact
from steamrec.models.ranker.candidates import candidates
from steamrec.models.ranker.fallback import TAIL_FEATURES, latent_scores, tail_features
from steamrec.models.ranker.features import FEATURES, features
from steamrec.models.ranker.ngrams import library_order
from steamrec.models.ranker.retrieval import Retrieval
from steamrec.sampling.negatives import eval_negatives
from steamrec.sampling.rng import TAIL_NEGATIVES
from steamrec.scoring.scorer import FloatArray
from steamrec.workspace import Workspace

if TYPE_CHECKING:
    import pyarrow as pa

FEATURES_TABLE = Table("features/ranker", dict.fromkeys((*FEATURES, "valid"), "float"))
TAIL_TABLE = Table("features/ranker_tail", dict.fromkeys((*TAIL_FEATURES, "valid"), "float"))
WRITTEN = "batch int, users int, tail_users int"


def write_rows(
    record_batches: "Iterator[pa.RecordBatch]",
    root: str,
    model: str,
    count: int,
    drawn: int,
    seed: int,
) -> "Iterator[pa.RecordBatch]":
    """Write the rows of each batch's users, a file of each table; says how many users they hold.

    Roles: FITTED what a user is known by, HOLDOUT the target. A file's name is its
    batch's number: a task that runs again replaces what it wrote, and files in the order of their
    names hold the users in the order of their numbers.
    """
    import pyarrow as pa

    workspace = Workspace(root)
    retrieval = Retrieval.from_arrays(cached_artifact(root, model).arrays)
    for batch, targets in _batches_with_targets(record_batches):
        ease = EaseScorer.of(retrieval.weights).scores(batch)
        rows = candidate_rows(retrieval, ease, batch, targets, count)
        tail = tail_rows(retrieval, ease, batch, targets, drawn, seed)
        for table, found in ((FEATURES_TABLE, rows), (TAIL_TABLE, tail)):
            if len(found):
                name = f"{table.name}/{batch.number:09}.parquet"
                workspace.write_bytes(name, _parquet(found, list(table.columns)))
        values = [np.array([value], np.int32) for value in (batch.number, len(rows), len(tail))]
        yield pa.RecordBatch.from_arrays(
            [pa.array(value) for value in values], names=["batch", "users", "tail_users"]
        )


def _batches_with_targets(
    record_batches: "Iterator[pa.RecordBatch]",
) -> Iterator[tuple[UserBatch, IntArray]]:
    """The known pairs of the users that have a target, and the targets in the users' order."""
    for number, (known, targets) in read_pairs(record_batches, Role.FITTED, Role.HOLDOUT):
        batch = UserBatch.of(number, known.of_users(targets.users))
        if len(batch.users):
            yield batch, targets.of_users(batch.users).items


def _parquet(rows: FloatArray, columns: Sequence[str]) -> bytes:
    """A Parquet file of float32 [users, n, columns], the rows of a user below each other."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    values = np.ascontiguousarray(rows.reshape(-1, rows.shape[-1]).T)
    content = pa.BufferOutputStream()
    table = pa.table(dict(zip(columns, values, strict=True)))
    pq.write_table(table, content, use_dictionary=False, write_statistics=False)
    file: bytes = content.getvalue().to_pybytes()
    return file


def candidate_rows(
    retrieval: Retrieval, ease: FloatArray, batch: UserBatch, targets: IntArray, count: int
) -> FloatArray:
    """float32 [users whose target is a candidate, count, features + 1], the target first.

    The last column is 1, and 0 in the rows past a user's candidates.
    """
    found = candidates(ease, batch, count)
    tables = np.stack(features(retrieval, ease, library_order(batch), found), axis=1)
    rows = np.zeros((len(batch.users), count, len(FEATURES) + 1), np.float32)
    kept = np.zeros(len(rows), np.bool_)
    for row, table in enumerate(rows):
        chosen = found.of(row)
        target = np.flatnonzero(chosen == targets[row])
        if not len(target):
            continue
        kept[row] = True
        table[: len(chosen), :-1] = tables[found.indptr[row] : found.indptr[row + 1]]
        table[: len(chosen), -1] = 1
        table[[0, target[0]]] = table[[target[0], 0]]
    return rows[kept]


def tail_rows(
    retrieval: Retrieval,
    ease: FloatArray,
    batch: UserBatch,
    targets: IntArray,
    count: int,
    seed: int,
) -> FloatArray:
    """float32 [users, 1 + count, tail features + 1]: the target, and random items not owned.

    The last column is 1, and 0 in the rows past the items that a user does not own.
    """
    latent = latent_scores(batch, retrieval.directions, retrieval.scale)
    owned = UserBatch.of(batch.number, batch.pairs().merged(Pairs.of(batch.users, targets)))
    drawn = eval_negatives(owned, count, retrieval.items, seed, TAIL_NEGATIVES)
    rows = np.zeros((len(batch.users), 1 + count, len(TAIL_FEATURES) + 1), np.float32)
    for row, table in enumerate(rows):
        chosen = np.append(targets[row], drawn[row])
        values = tail_features(
            ease[row, chosen],
            latent[row][:, chosen],
            retrieval.owners[chosen],
            retrieval.scale[chosen],
            int(batch.indptr[row + 1] - batch.indptr[row]),
        )
        table[: len(chosen), :-1] = np.stack(values, axis=1)
        table[: len(chosen), -1] = 1
    return rows
