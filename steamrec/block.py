"""Users in blocks: the unit in which the NumPy cores get their work.

A block is the users [number * size, (number + 1) * size). The cores get it whole, so they see
the same arrays, and floating-point sums run in the same order, whatever Spark's partitions.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
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
    batches: "Iterator[pa.RecordBatch]", kinds: int
) -> Iterator[tuple[int, list[LongArray]]]:
    """Each block's number and its packed pairs, one sorted array a kind (0 .. kinds - 1).

    The batches have the flat columns block, kind and pair, sorted in this order, with each
    block whole: what steamrec.spark.blocks.user_blocks makes, inside mapInArrow.
    """
    waiting: list[tuple[LongArray, LongArray]] = []
    number = -1
    for batch in batches:
        blocks, kind, pair = (
            batch.column(name).to_numpy(zero_copy_only=False) for name in ("block", "kind", "pair")
        )
        cuts = np.flatnonzero(np.diff(blocks)) + 1
        for start, stop in pairwise([0, *cuts.tolist(), len(blocks)]):
            if start == stop:
                continue
            if blocks[start] != number and waiting:
                yield number, _by_kind(waiting, kinds)
                waiting = []
            number = int(blocks[start])
            waiting.append((kind[start:stop], pair[start:stop]))
    if waiting:
        yield number, _by_kind(waiting, kinds)


def _by_kind(parts: list[tuple[LongArray, LongArray]], kinds: int) -> list[LongArray]:
    kind = np.concatenate([part[0] for part in parts])
    pair = np.concatenate([part[1] for part in parts])
    bounds = np.searchsorted(kind, np.arange(kinds + 1))
    return [pair[low:high] for low, high in pairwise(bounds)]


def read_blocks(batches: "Iterator[pa.RecordBatch]") -> Iterator[Block]:
    """The blocks in batches of one kind."""
    for number, (packed,) in read_packed(batches, 1):
        yield unpack(number, packed)
