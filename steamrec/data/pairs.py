"""Pairs of a user and an item as single numbers, and their roles on the way through Spark.

The one module that knows the bits: a single number sorts by its bits, and Arrow carries no
second column.
"""

from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import numpy as np
import numpy.typing as npt

IntArray = npt.NDArray[np.int32]
LongArray = npt.NDArray[np.int64]

# A key is one long, user | role | item from the upper bits down. Users stay below 2**30.
ITEM_BITS, ROLE_BITS = 31, 2
_USER_SHIFT = 32  # of a packed pair, user << 32 | item


class Role(IntEnum):
    """What a pair is for: which of the tables of a user batch it comes from."""

    FITTED = 0
    VALIDATION = 1
    HOLDOUT = 2
    NEGATIVE = 3


@dataclass(frozen=True)
class Pairs:
    """Packed (user, item) pairs, sorted, perhaps each with its position in the user's library.

    packed: int64 [n], each user << 32 | item; positions: int64 [n], or None.
    """

    packed: LongArray
    positions: LongArray | None = None

    @classmethod
    def of(
        cls,
        users: npt.NDArray[np.integer[Any]],
        items: npt.NDArray[np.integer[Any]],
        positions: LongArray | None = None,
    ) -> "Pairs":
        """The pairs of `users` and `items`, [n] each, in any order."""
        packed = users.astype(np.int64) << _USER_SHIFT | items.astype(np.int64)
        if (packed[1:] >= packed[:-1]).all():
            return cls(packed, positions)
        order = np.argsort(packed, kind="stable")
        return cls(packed[order], None if positions is None else positions[order])

    def __len__(self) -> int:
        return len(self.packed)

    @property
    def users(self) -> IntArray:
        """int32 [n]: each pair's user."""
        return (self.packed >> _USER_SHIFT).astype(np.int32)

    @property
    def items(self) -> IntArray:
        """int32 [n]: each pair's item."""
        return (self.packed & (1 << _USER_SHIFT) - 1).astype(np.int32)

    def where(self, mask: npt.NDArray[np.bool_]) -> "Pairs":
        """The pairs for which `mask`, bool [n], is true."""
        positions = None if self.positions is None else self.positions[mask]
        return Pairs(self.packed[mask], positions)

    def of_users(self, users: IntArray) -> "Pairs":
        """The pairs of these users."""
        return self.where(np.isin(self.users, users))

    def merged(self, *others: "Pairs") -> "Pairs":
        """These pairs and those of `others`, sorted; with positions where all have them."""
        packed = np.concatenate([self.packed, *(other.packed for other in others)])
        order = np.argsort(packed, kind="stable")
        positions = [part.positions for part in (self, *others) if part.positions is not None]
        if len(positions) <= len(others):
            return Pairs(packed[order])
        return Pairs(packed[order], np.concatenate(positions)[order])


def key_role(key: LongArray) -> npt.NDArray[np.int8]:
    """int8 [n]: the role of each key."""
    return (key >> ITEM_BITS & (1 << ROLE_BITS) - 1).astype(np.int8)


def key_pairs(key: LongArray, position: LongArray | None, mask: npt.NDArray[np.bool_]) -> Pairs:
    """The keys for which `mask` is true, as pairs."""
    chosen = key if mask.all() else key[mask]
    packed = chosen >> ITEM_BITS + ROLE_BITS << _USER_SHIFT | chosen & (1 << ITEM_BITS) - 1
    if position is None or len(chosen) == len(key):
        return Pairs(packed, position)
    return Pairs(packed, position[mask])


def pair_key(user: int, role: int, item: int) -> int:
    """The key of one pair; what steamrec.data.spark_batches computes in Spark."""
    return (user << ROLE_BITS | role) << ITEM_BITS | item
