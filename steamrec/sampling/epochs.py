"""An epoch's training rows: drawn batch by batch, put into random order bucket by bucket.

A row is (user, item, negative_0, ...). Rows are the columns of an array, as Parquet needs them.
Each row's random key is a pure function of (seed, epoch, user, item): its remainder says which file
(bucket) the row is in, and its size where in the file, so the files' bytes do not depend on how the
work was split.
"""

import numpy as np

from steamrec.data.user_batches import IntArray, LongArray, UserBatch
from steamrec.sampling.negatives import train_negatives
from steamrec.sampling.rng import ROW_ORDER, WordArray, mix, stream_keys, words

_HASH_SALT = np.uint64(0x737465616D726563)


def epoch_rows(
    batch: UserBatch,
    positives: UserBatch,
    per_positive: int,
    items: int,
    seed: int,
    epoch: int,
    cumulative: LongArray | None = None,
) -> IntArray:
    """The batch's rows of one epoch: int32 [2 + per_positive, n].

    `batch` has all items that its users own (never a negative), `positives` the pairs to
    train on, of the same users or fewer.
    """
    counts = np.zeros(len(batch.users), np.int64)
    counts[np.searchsorted(batch.users, positives.users)] = np.diff(positives.indptr)
    rows = np.empty((2 + per_positive, len(positives.indices)), np.int32)
    rows[0] = np.repeat(batch.users, counts)
    rows[1] = positives.indices
    rows[2:] = train_negatives(batch, counts, per_positive, items, seed, epoch, cumulative)
    return rows


def row_keys(rows: IntArray, seed: int, epoch: int) -> WordArray:
    """uint64 [n]: each row's random key."""
    return words(stream_keys(seed, ROW_ORDER, epoch, rows[0]), rows[1])


def in_buckets(rows: IntArray, buckets: int, seed: int, epoch: int) -> list[IntArray]:
    """The rows split by key modulo `buckets`, one array per bucket."""
    keys = row_keys(rows, seed, epoch)
    # NumPy sorts 16-bit numbers by counting.
    kind = np.uint16 if buckets < 2**16 else np.int64
    bucket = (keys % np.uint64(buckets)).astype(kind)
    order = np.argsort(bucket, kind="stable")
    ends = np.cumsum(np.bincount(bucket, minlength=buckets))
    return np.split(_taken(rows, order), ends[:-1], axis=1)


def in_random_order(rows: IntArray, seed: int, epoch: int) -> IntArray:
    """The rows of one bucket, sorted by key (ties by user, then item)."""
    keys = row_keys(rows, seed, epoch)
    # By counting, 16 bits at a time, on the upper half; what ties there is sorted in full.
    order = np.argsort((keys >> np.uint64(32)).astype(np.uint16), kind="stable")
    upper = (keys >> np.uint64(48)).astype(np.uint16)
    order = order[np.argsort(upper[order], kind="stable")]
    high = keys[order] >> np.uint64(32)
    tied = np.flatnonzero(high[1:] == high[:-1])
    tied = np.union1d(tied, tied + 1)
    among = order[tied]
    order[tied] = among[np.lexsort((rows[1, among], rows[0, among], keys[among]))]
    return _taken(rows, order)


def _taken(rows: IntArray, order: LongArray) -> IntArray:
    """rows[:, order], column after column: each fits a core's cache."""
    taken = np.empty((len(rows), len(order)), np.int32)
    for source, target in zip(rows, taken, strict=True):
        np.take(source, order, out=target, mode="clip")  # "raise" would copy once more
    return taken


def rows_hash(rows: IntArray) -> tuple[int, int]:
    """A hash of the rows that does not depend on their order: two sums modulo 2**64.

    The sums of the parts of a table add up to the table's; rows that occur twice count twice.
    Two columns at a time go through the mixing function; a column without a partner goes alone.
    """
    # The salt knows the width: a column of zeros without a partner is not as good as none.
    hashed: WordArray = np.full(rows.shape[1], _HASH_SALT + np.uint64(len(rows)), np.uint64)
    with np.errstate(over="ignore"):
        for first in range(0, len(rows), 2):
            halves = [row.astype(np.uint32).astype(np.uint64) for row in rows[first : first + 2]]
            hashed ^= halves[0]
            if len(halves) == 2:
                hashed ^= halves[1] << np.uint64(32)
            hashed = mix(hashed)
        return int(hashed.sum()), int(mix(hashed ^ _HASH_SALT).sum())
