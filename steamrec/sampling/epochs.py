"""An epoch's training rows: drawn block by block, put into random order bucket by bucket.

A row is (user, item, negative_0, ...). Each row's random key is a pure function of (seed,
epoch, user, item): its remainder says which file (bucket) the row stands in, and its size where
in the file, so the files' bytes do not depend on how the work was parted.
"""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from steamrec.block import Block, IntArray, LongArray
from steamrec.sampling.keyed import ROW_ORDER, WordArray, stream_keys, words
from steamrec.sampling.negatives import train_negatives


def epoch_rows(
    block: Block,
    positives: Block,
    per_positive: int,
    items: int,
    seed: int,
    epoch: int,
    cumulative: LongArray | None = None,
) -> tuple[WordArray, IntArray]:
    """The block's rows of one epoch: keys uint64 [n] and rows int32 [n, 2 + per_positive].

    `block` is all that its users own (which no negative may be), `positives` the pairs to
    train on, of the same users or fewer.
    """
    counts = np.zeros(len(block.users), np.int64)
    counts[np.searchsorted(block.users, positives.users)] = np.diff(positives.offsets)
    users = np.repeat(block.users, counts)
    drawn = train_negatives(block, counts, per_positive, items, seed, epoch, cumulative)
    rows = np.column_stack([users, positives.items, drawn]).astype(np.int32, copy=False)
    keys = words(stream_keys(seed, ROW_ORDER, epoch, users), positives.items)
    return keys, rows


def in_buckets(
    keys: WordArray, rows: IntArray, buckets: int
) -> Iterator[tuple[int, WordArray, IntArray]]:
    """The rows parted by key modulo `buckets`: (bucket, keys, rows), empty ones left out."""
    bucket = (keys % np.uint64(buckets)).astype(np.int64)
    order = np.argsort(bucket, kind="stable")
    ends = np.cumsum(np.bincount(bucket, minlength=buckets))
    for number, chosen in enumerate(np.split(order, ends[:-1])):
        if len(chosen):
            yield number, keys[chosen], rows[chosen]


def in_random_order(parts: list[tuple[WordArray, IntArray]]) -> npt.NDArray[np.int32]:
    """The rows of one bucket, int32 [n, columns], sorted by key (ties by user, then item)."""
    keys = np.concatenate([part[0] for part in parts])
    rows = np.concatenate([part[1] for part in parts])
    ordered: IntArray = rows[np.lexsort((rows[:, 1], rows[:, 0], keys))]
    return ordered
