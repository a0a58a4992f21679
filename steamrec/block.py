"""Users in blocks: the unit in which the NumPy cores get their work.

A block is the users [number * size, (number + 1) * size). It travels as one row, so that the
cores see the same arrays, and floating-point sums run in the same order, whatever Spark's
partitions.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import pyarrow as pa

IntArray = npt.NDArray[np.int32]
LongArray = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Block:
    """The users of one block with the items of each.

    users: int32 [n], ascending; offsets: int64 [n + 1]; items: int32 [offsets[-1]], each
    user's between offsets[u] and offsets[u + 1], ascending.
    """

    number: int
    users: IntArray
    offsets: LongArray
    items: IntArray


def unpack(number: int, packed: LongArray) -> Block:
    """Block `number` from its sorted pairs (int64 [n], each user << 32 | item)."""
    owners = (packed >> 32).astype(np.int32)
    users, starts = np.unique(owners, return_index=True)
    offsets = np.append(starts, len(packed)).astype(np.int64)
    return Block(number, users, offsets, (packed & 0xFFFFFFFF).astype(np.int32))


def read_packed(
    batches: "Iterator[pa.RecordBatch]", *columns: str
) -> Iterator[tuple[int, list[LongArray]]]:
    """Each block's number and packed pairs (one array a column), for use in mapInArrow."""
    for batch in batches:
        lists = [batch.column(column) for column in columns]
        for row, number in enumerate(batch.column("block").to_pylist()):
            flat = [column.slice(row, 1).flatten() for column in lists]
            yield number, [values.to_numpy(zero_copy_only=False) for values in flat]


def read_blocks(batches: "Iterator[pa.RecordBatch]") -> Iterator[Block]:
    """The blocks in Arrow batches with the columns block and pairs."""
    for number, (packed,) in read_packed(batches, "pairs"):
        yield unpack(number, packed)
