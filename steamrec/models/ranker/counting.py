"""All counts of a set of pairs in one pass: the Gram matrix and the neighbours in the libraries."""

import functools
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from steamrec.data.context import Context
from steamrec.data.pairs import Role
from steamrec.data.spark_batches import user_batches
from steamrec.data.user_batches import LongArray, read_user_batches
from steamrec.models.ease import gram_parts
from steamrec.models.ranker.ngrams import adjacent_keys, between_keys
from steamrec.scoring.scorer import FloatArray
from steamrec.workspace import Workspace

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame

USERS_PER_BATCH = 8_192  # users; their counts fit in 16 bits
PARTS = "scratch/neighbours"
Counted = tuple[LongArray, LongArray]


@dataclass(frozen=True)
class Counts:
    """The counts of some pairs.

    gram: float32 [items, items], how many users own both. adjacent, between: keys
    (ngrams.adjacent_keys, between_keys), int64 and ascending, and how often each stands there.
    """

    gram: npt.NDArray[np.float32]
    adjacent: Counted
    between: Counted


def count_pairs(context: Context, pairs: "DataFrame", items: int) -> Counts:
    """The counts of `pairs` (user, item, position).

    Raises RunError before any work when an item has too many owners for exact counts. The parts of
    each batch are files in the workspace, as those of EASE alone (gram_parts.gram_matrix).
    """
    gram_parts.check_owners(context, "ranker")
    _remove_parts(context.workspace)
    write = functools.partial(write_counts, root=context.workspace.root, items=items)
    user_parts = user_batches(USERS_PER_BATCH, {Role.FITTED: pairs}, with_positions=True)
    rows = user_parts.mapInArrow(write, gram_parts.WRITTEN).distinct().collect()
    batches = sorted(row["batch"] for row in rows)
    gram = gram_parts.sum_parts(context.workspace, batches, items)
    adjacent, between = (
        merge_counts(_parts(context.workspace, batches, name)) for name in ("adjacent", "between")
    )
    _remove_parts(context.workspace)
    return Counts(gram, adjacent, between)


def write_counts(
    record_batches: "Iterator[pa.RecordBatch]", root: str, items: int
) -> "Iterator[pa.RecordBatch]":
    """Write the counts of each batch's users; runs on executors."""
    workspace = Workspace(root)
    for batch in read_user_batches(record_batches):
        gram_parts.write_part(workspace, batch, items)
        for name, keys in (
            ("adjacent", adjacent_keys(batch, items)),
            ("between", between_keys(batch, items)),
        ):
            unique, counts = np.unique(keys, return_counts=True)
            content = io.BytesIO()
            np.save(content, np.stack([unique, counts.astype(np.int64)]))
            workspace.write_bytes(_part(batch.number, name), content.getvalue())
        yield gram_parts.written(batch.number)


def merge_counts(parts: Iterator[Counted]) -> Counted:
    """The sum of counts by key, both int64, the keys ascending; one part after the other."""
    keys, counts = np.empty(0, np.int64), np.empty(0, np.int64)
    for more, of_more in parts:
        together = np.concatenate([keys, more])
        order = np.argsort(together, kind="stable")  # a merge: both are ascending
        keys, starts = np.unique(together[order], return_index=True)
        counts = np.concatenate([counts, of_more])[order]
        counts = np.add.reduceat(counts, starts) if len(starts) else counts
    return keys, counts


def as_counts(counted: Counted) -> tuple[LongArray, FloatArray]:
    """The keys, and their counts as float32."""
    return counted[0], counted[1].astype(np.float32)


def _parts(workspace: Workspace, batches: list[int], name: str) -> Iterator[Counted]:
    for batch in batches:
        keys, counts = np.load(io.BytesIO(workspace.read_bytes(_part(batch, name))))
        yield keys, counts


def _part(batch: int, name: str) -> str:
    return f"{PARTS}/{batch}-{name}.npy"


def _remove_parts(workspace: Workspace) -> None:
    for folder in (gram_parts.PARTS, PARTS):
        workspace.remove(folder)
