"""Users in blocks: the unit in which the NumPy cores get their work.

A block is the users [number * size, (number + 1) * size). The cores get it whole, so they see
the same arrays, and floating-point sums run in the same order, whatever Spark's partitions.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import pyarrow as pa

IntArray = npt.NDArray[np.int32]
LongArray = npt.NDArray[np.int64]

# A pair on its way through Spark is one long, user | kind | item from the upper bits down: a
# single number sorts by its bits, and Arrow carries no second column. Its kind is which of the
# tables in the block it came from. Users stay below 2**30.
ITEM_BITS, KIND_BITS = 31, 2


@dataclass(frozen=True)
class Block:
    """The users of one block with the items of each.

    users: int32 [n], ascending; offsets: int64 [n + 1]; items: int32 [offsets[-1]], each
    user's between offsets[u] and offsets[u + 1], ascending. places: int64, for each of the items
    a number that grows along the user's library; None where nobody asked for it. Only the order
    of the places means anything: a gap would tell where an item was held out.
    """

    number: int
    users: IntArray
    offsets: LongArray
    items: IntArray
    places: LongArray | None = None

    def with_users(self, users: IntArray) -> "Block":
        """The block with `users` among its own; those who are new there own nothing."""
        everybody = np.union1d(self.users, users).astype(np.int32)
        sizes = np.zeros(len(everybody), np.int64)
        sizes[np.searchsorted(everybody, self.users)] = np.diff(self.offsets)
        return replace(self, users=everybody, offsets=np.append(0, np.cumsum(sizes)))

    def where(self, chosen: npt.NDArray[np.bool_]) -> "Block":
        """The chosen users of the block; bool [n]."""
        kept = np.repeat(chosen, np.diff(self.offsets))
        return Block(
            self.number,
            self.users[chosen],
            np.append(0, np.cumsum(np.diff(self.offsets)[chosen])).astype(np.int64),
            self.items[kept],
            None if self.places is None else self.places[kept],
        )


@dataclass(frozen=True)
class Pairs:
    """Packed (user, item) pairs, sorted, each with its place in the library.

    packed: int64 [n], each user << 32 | item; places: int64 [n].
    """

    packed: LongArray
    places: LongArray

    def __len__(self) -> int:
        return len(self.packed)

    @property
    def users(self) -> IntArray:
        """int32 [n]: each pair's user."""
        return (self.packed >> 32).astype(np.int32)

    @property
    def items(self) -> IntArray:
        """int32 [n]: each pair's item."""
        return (self.packed & 0xFFFFFFFF).astype(np.int32)

    def where(self, chosen: npt.NDArray[np.bool_]) -> "Pairs":
        """The chosen of the pairs; bool [n]."""
        return Pairs(self.packed[chosen], self.places[chosen])

    def merged(self, other: "Pairs") -> "Pairs":
        """These pairs and the other ones, sorted."""
        packed = np.concatenate([self.packed, other.packed])
        order = np.argsort(packed, kind="stable")
        return Pairs(packed[order], np.concatenate([self.places, other.places])[order])

    def block(self, number: int) -> Block:
        """Block `number` of these pairs, with places."""
        return replace(unpack(number, self.packed), places=self.places)


def unpack(number: int, packed: LongArray) -> Block:
    """Block `number` from its sorted pairs (int64 [n], each user << 32 | item)."""
    owners = (packed >> 32).astype(np.int32)
    users, starts = np.unique(owners, return_index=True)
    offsets = np.append(starts, len(packed)).astype(np.int64)
    return Block(number, users, offsets, (packed & 0xFFFFFFFF).astype(np.int32))


def pack(block: Block) -> LongArray:
    """int64 [n]: the block's pairs, each user << 32 | item, sorted; what `unpack` takes."""
    owners = np.repeat(block.users.astype(np.int64), np.diff(block.offsets))
    return owners << 32 | block.items


def read_packed(
    batches: "Iterator[pa.RecordBatch]", kinds: int
) -> Iterator[tuple[int, list[LongArray]]]:
    """Each block's number and its packed pairs, one sorted array a kind (0 .. kinds - 1).

    The batches have the flat columns block and key (KIND_BITS), sorted by key, with each block
    whole: what steamrec.data.spark_batches.user_blocks makes, inside mapInArrow.
    """
    for number, key, _ in _read(batches, ()):
        yield number, [_pairs(key, chosen) for chosen in _by_kind(key, kinds)]


def read_pairs(
    batches: "Iterator[pa.RecordBatch]", kinds: int
) -> Iterator[tuple[int, list[Pairs]]]:
    """As read_packed, from batches that also have the column place."""
    for number, key, (place,) in _read(batches, ("place",)):
        chosen = _by_kind(key, kinds)
        yield number, [Pairs(_pairs(key, some), place[some]) for some in chosen]


def _read(
    batches: "Iterator[pa.RecordBatch]", more: tuple[str, ...]
) -> Iterator[tuple[int, LongArray, list[LongArray]]]:
    """Each block's number, its keys and the columns `more`."""
    waiting: list[list[LongArray]] = []
    number = -1
    for batch in batches:
        blocks, *values = (
            batch.column(name).to_numpy(zero_copy_only=False) for name in ("block", "key", *more)
        )
        cuts = np.flatnonzero(np.diff(blocks)) + 1
        for start, stop in pairwise([0, *cuts.tolist(), len(blocks)]):
            if start == stop:
                continue
            if blocks[start] != number and waiting:
                yield number, *_joined(waiting)
                waiting = []
            number = int(blocks[start])
            waiting.append([value[start:stop] for value in values])
    if waiting:
        yield number, *_joined(waiting)


def _joined(parts: list[list[LongArray]]) -> tuple[LongArray, list[LongArray]]:
    key, *more = (np.concatenate(column) for column in zip(*parts, strict=True))
    return key, more


def _by_kind(key: LongArray, kinds: int) -> list[Any]:
    """Where each kind's pairs stand."""
    if kinds == 1:
        return [slice(None)]
    kind = (key >> ITEM_BITS & (1 << KIND_BITS) - 1).astype(np.int8)
    return [np.flatnonzero(kind == number) for number in range(kinds)]


def _pairs(key: LongArray, chosen: Any) -> LongArray:
    """The chosen keys as packed pairs."""
    some: LongArray = key[chosen]
    return some >> ITEM_BITS + KIND_BITS << 32 | some & (1 << ITEM_BITS) - 1


def read_blocks(batches: "Iterator[pa.RecordBatch]") -> Iterator[Block]:
    """The blocks in batches of one kind."""
    for number, (packed,) in read_packed(batches, 1):
        yield unpack(number, packed)


def read_placed_blocks(batches: "Iterator[pa.RecordBatch]") -> Iterator[Block]:
    """The blocks in batches of one kind that have the column place."""
    for number, (pairs,) in read_pairs(batches, 1):
        yield pairs.block(number)
