"""Drawing and shuffling training rows, and drawing evaluation negatives."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from steamrec.block import read_blocks, read_packed, unpack
from steamrec.sampling.epochs import epoch_rows, in_buckets, in_random_order
from steamrec.sampling.negatives import eval_negatives

if TYPE_CHECKING:
    import pyarrow as pa

CHUNKS = "slot int, keys binary, rows binary"
EVAL_ROWS = "user int, items array<int>"


def draw_chunks(
    batches: "Iterator[pa.RecordBatch]",
    slots: list[int],
    per_positive: int,
    items: int,
    seed: int,
    epoch: int,
    cumulative: "np.ndarray[Any, np.dtype[np.int64]] | None",
) -> "Iterator[pa.RecordBatch]":
    """Draw the rows of each block and emit them in one chunk a bucket."""
    import pyarrow as pa

    names = [field.split()[0] for field in CHUNKS.split(", ")]
    for number, (packed, positives) in read_packed(batches, 2):
        if not len(positives):
            continue
        keys, rows = epoch_rows(
            unpack(number, packed),
            unpack(number, positives),
            per_positive,
            items,
            seed,
            epoch,
            cumulative,
        )
        parts = list(in_buckets(keys, rows, len(slots)))
        columns = [
            pa.array([slots[bucket] for bucket, _, _ in parts], pa.int32()),
            pa.array([part.tobytes() for _, part, _ in parts], pa.binary()),
            pa.array([part.tobytes() for _, _, part in parts], pa.binary()),
        ]
        yield pa.RecordBatch.from_arrays(columns, names=names)


def order_rows(batches: "Iterator[pa.RecordBatch]", names: list[str]) -> "Iterator[pa.RecordBatch]":
    """Put the chunks of one bucket into random order as flat columns."""
    import pyarrow as pa

    parts = [
        (
            np.frombuffer(keys.as_py(), np.uint64),
            np.frombuffer(rows.as_py(), np.int32).reshape(-1, len(names)),
        )
        for batch in batches
        for keys, rows in zip(batch.column("keys"), batch.column("rows"), strict=True)
    ]
    if not parts:
        return
    ordered = in_random_order(parts)
    for start in range(0, len(ordered), 65_536):
        block = np.ascontiguousarray(ordered[start : start + 65_536].T)
        yield pa.RecordBatch.from_arrays([pa.array(column) for column in block], names=names)


def draw_eval(
    batches: "Iterator[pa.RecordBatch]", count: int, items: int, seed: int
) -> "Iterator[pa.RecordBatch]":
    """Each user's evaluation negatives."""
    import pyarrow as pa

    for block in read_blocks(batches):
        drawn = eval_negatives(block, count, items, seed)
        columns = [pa.array(block.users), pa.array(drawn, pa.list_(pa.int32()))]
        yield pa.RecordBatch.from_arrays(columns, names=["user", "items"])
