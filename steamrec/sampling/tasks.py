"""Drawing and shuffling training rows, and drawing evaluation negatives.

The roles of the pairs (OWNED) are together all that the users own.
"""

import io
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from steamrec.data import tables
from steamrec.data.user_batches import IntArray, Pairs, Role, UserBatch, read_pairs
from steamrec.sampling.epochs import epoch_rows, in_buckets, in_random_order, rows_hash
from steamrec.sampling.negatives import MISSING, eval_negatives
from steamrec.workspace import Workspace

if TYPE_CHECKING:
    import pyarrow as pa

OWNED = (Role.FITTED, Role.VALIDATION, Role.HOLDOUT)
CHUNKS = "partition int, epoch int, file int, rows binary"
FILES = "epoch int, rows bigint, missing bigint, first decimal(20), second decimal(20)"
EVAL_ROWS = "user int, items array<int>"


def draw_chunks(
    record_batches: "Iterator[pa.RecordBatch]",
    epochs: Sequence[int],
    partition_keys: Sequence[int],
    per_positive: int,
    items: int,
    seed: int,
    cumulative: "np.ndarray[Any, np.dtype[np.int64]] | None",
) -> "Iterator[pa.RecordBatch]":
    """Draw the rows of each batch for each epoch and emit them in one chunk per file.

    An epoch has len(partition_keys) / len(epochs) files; `partition_keys` has one number per file,
    epoch after epoch (steamrec.spark.partition_keys).
    """
    import pyarrow as pa

    names = [field.split()[0] for field in CHUNKS.split(", ")]
    files = len(partition_keys) // len(epochs)
    for number, pairs in read_pairs(record_batches, *OWNED):
        fitted = pairs[0]
        if not len(fitted):
            continue
        owned, positives = _owned(number, pairs), UserBatch.of(number, fitted)
        for index, epoch in enumerate(epochs):
            rows = epoch_rows(owned, positives, per_positive, items, seed, epoch, cumulative)
            parts = in_buckets(rows, files, seed, epoch)
            columns = [
                pa.array(partition_keys[index * files : (index + 1) * files], pa.int32()),
                pa.array([epoch] * files, pa.int32()),
                pa.array(range(files), pa.int32()),
                pa.array([part.tobytes() for part in parts], pa.binary()),
            ]
            yield pa.RecordBatch.from_arrays(columns, names=names)


def write_files(
    record_batches: "Iterator[pa.RecordBatch]", root: str, per_positive: int, seed: int
) -> "Iterator[pa.RecordBatch]":
    """Put each file's rows into random order and write it; returns FILES, one row a file.

    A file is one row group, uncompressed and without dictionaries, as random numbers gain
    nothing from either. Its name and content follow from (epoch, file) alone and it appears in
    one step, so a task that runs twice leaves one file.
    """
    import pyarrow as pa

    width = 2 + per_positive
    chunks: dict[tuple[int, int], list[IntArray]] = {}
    for record_batch in record_batches:
        columns = (record_batch.column(name).to_pylist() for name in ("epoch", "file", "rows"))
        for epoch, file, rows in zip(*columns, strict=True):
            part = np.frombuffer(rows, np.int32).reshape(width, -1)
            chunks.setdefault((epoch, file), []).append(part)
    workspace = Workspace(root)
    for epoch, file in sorted(chunks):
        rows = in_random_order(np.concatenate(chunks.pop((epoch, file)), axis=1), seed, epoch)
        table = tables.train_negatives(epoch, per_positive)
        workspace.write_bytes(
            f"{table.name}/part-{file:05}.parquet", _parquet(rows, list(table.columns))
        )
        first, second = rows_hash(rows)
        missing = int(np.count_nonzero(rows[2:] == MISSING))
        figures = [epoch, rows.shape[1], missing, first, second]
        yield pa.RecordBatch.from_pylist(
            [dict(zip(_FILE_COLUMNS, figures, strict=True))], schema=_files_schema()
        )


_FILE_COLUMNS = [field.split()[0] for field in FILES.split(", ")]


def _files_schema() -> "pa.Schema":
    import pyarrow as pa

    types = [pa.int32(), pa.int64(), pa.int64(), pa.decimal128(20), pa.decimal128(20)]
    return pa.schema(list(zip(_FILE_COLUMNS, types, strict=True)))


def _parquet(rows: IntArray, names: list[str]) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.Table.from_arrays([pa.array(column) for column in rows], names=names)
    content = io.BytesIO()
    pq.write_table(
        table,
        content,
        row_group_size=max(1, rows.shape[1]),
        compression="NONE",
        use_dictionary=False,
    )
    return content.getvalue()


def draw_eval(
    record_batches: "Iterator[pa.RecordBatch]", count: int, items: int, seed: int
) -> "Iterator[pa.RecordBatch]":
    """The evaluation negatives of each user with a held-out item."""
    import pyarrow as pa

    for number, pairs in read_pairs(record_batches, *OWNED):
        owned, holdout = _owned(number, pairs), pairs[-1]
        rows = np.flatnonzero(np.isin(owned.users, holdout.users)).tolist()
        drawn = eval_negatives(owned, count, items, seed)
        columns = [
            pa.array(owned.users[rows]),
            pa.array([drawn[row] for row in rows], pa.list_(pa.int32())),
        ]
        yield pa.RecordBatch.from_arrays(columns, names=["user", "items"])


def _owned(number: int, pairs: Sequence[Pairs]) -> UserBatch:
    return UserBatch.of(number, pairs[0].merged(*pairs[1:]))
