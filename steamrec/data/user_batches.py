"""Users in batches: the unit in which the NumPy cores get their work.

A batch is the users [number * size, (number + 1) * size). The cores get it whole, so they see
the same arrays, and floating-point sums run in the same order, whatever Spark's partitions.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from steamrec.data.pairs import IntArray, LongArray, Pairs, Role, key_pairs, key_role

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["IntArray", "LongArray", "Pairs", "Role", "UserBatch", "read_pairs", "read_user_batches"]


@dataclass(frozen=True)
class UserBatch:
    """The users of one batch and the items of each, in the form of SciPy's CSR matrices.

    users: int32 [n], ascending; indptr: int64 [n + 1]; indices: int32 [indptr[-1]], the items of
    user u between indptr[u] and indptr[u + 1], ascending. positions: int64, for each of the
    indices a number that grows along the user's library; None where nobody asked for it. Only the
    order of the positions means anything: a gap would reveal where an item was held out.
    """

    number: int
    users: IntArray
    indptr: LongArray
    indices: IntArray
    positions: LongArray | None = None

    @classmethod
    def of(cls, number: int, pairs: Pairs) -> "UserBatch":
        """Batch `number` from its pairs."""
        users, starts = np.unique(pairs.users, return_index=True)
        indptr = np.append(starts, len(pairs)).astype(np.int64)
        return cls(number, users, indptr, pairs.items, pairs.positions)

    def pairs(self) -> Pairs:
        """The (user, item) pairs of the batch, sorted."""
        users = np.repeat(self.users, np.diff(self.indptr))
        return Pairs.of(users, self.indices, self.positions)

    def with_users(self, users: IntArray) -> "UserBatch":
        """The batch with `users` among its own; those who are new there own nothing."""
        union = np.union1d(self.users, users).astype(np.int32)
        sizes = np.zeros(len(union), np.int64)
        sizes[np.searchsorted(union, self.users)] = np.diff(self.indptr)
        return replace(self, users=union, indptr=np.append(0, np.cumsum(sizes)))

    def where(self, mask: npt.NDArray[np.bool_]) -> "UserBatch":
        """The users of the batch for whom `mask`, bool [n], is true."""
        kept = np.repeat(mask, np.diff(self.indptr))
        return UserBatch(
            self.number,
            self.users[mask],
            np.append(0, np.cumsum(np.diff(self.indptr)[mask])).astype(np.int64),
            self.indices[kept],
            None if self.positions is None else self.positions[kept],
        )


def read_pairs(
    record_batches: "Iterator[pa.RecordBatch]", *roles: Role
) -> Iterator[tuple[int, list[Pairs]]]:
    """Each user batch's number and its pairs, sorted, one Pairs per role asked for.

    The record batches have the flat columns `batch`, `key` (steamrec.data.pairs) and perhaps
    `position`, sorted by key, with each user batch whole: the output of
    steamrec.data.spark_batches.user_batches, inside mapInArrow.
    """
    for number, key, position in _whole_batches(record_batches):
        role = key_role(key)
        yield number, [key_pairs(key, position, role == wanted) for wanted in roles]


def read_user_batches(record_batches: "Iterator[pa.RecordBatch]") -> Iterator[UserBatch]:
    """The user batches of the pairs with the role FITTED."""
    for number, (pairs,) in read_pairs(record_batches, Role.FITTED):
        yield UserBatch.of(number, pairs)


def _whole_batches(
    record_batches: "Iterator[pa.RecordBatch]",
) -> Iterator[tuple[int, LongArray, LongArray | None]]:
    """Each user batch's number, its keys and its positions, if there are any."""
    waiting: list[list[LongArray]] = []
    number = -1
    for record_batch in record_batches:
        names = [name for name in ("key", "position") if name in record_batch.schema.names]
        numbers, *values = (
            record_batch.column(name).to_numpy(zero_copy_only=False) for name in ("batch", *names)
        )
        cuts = np.flatnonzero(np.diff(numbers)) + 1
        for start, stop in pairwise([0, *cuts.tolist(), len(numbers)]):
            if start == stop:
                continue
            if numbers[start] != number and waiting:
                yield number, *_joined(waiting)
                waiting = []
            number = int(numbers[start])
            waiting.append([value[start:stop] for value in values])
    if waiting:
        yield number, *_joined(waiting)


def _joined(parts: list[list[LongArray]]) -> tuple[LongArray, LongArray | None]:
    key, *more = (np.concatenate(column) for column in zip(*parts, strict=True))
    return key, more[0] if more else None
