"""The Gram matrix from Spark: each user batch's part is a file, and the driver sums them."""

import functools
import io
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from steamrec.data import tables
from steamrec.data.context import Context
from steamrec.data.limits import check_exact_counts
from steamrec.data.pairs import Role
from steamrec.data.spark_batches import user_batches
from steamrec.data.user_batches import UserBatch, read_user_batches
from steamrec.models.ease.gram import UpperGram, add_upper, mirror, upper_gram
from steamrec.workspace import Workspace

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame

    from steamrec.models.ease.sparse import SparseGram

USERS_PER_BATCH = 16_384  # their counts fit in 16 bits
PARTS = "scratch/gram"
WRITTEN = "batch int"


def gram_matrix(context: Context, pairs: "DataFrame", items: int) -> npt.NDArray[np.float32]:
    """float32 [items, items]: how many users of `pairs` own both; whole numbers, so exact.

    Raises RunError before any work when an item has too many owners for that.

    Each batch's part is a file in the workspace, read and removed here one after the other: sent
    through Spark's driver, the parts of a large night would not fit its heap.
    """
    gram = sum_parts(context.workspace, count_parts(context, pairs, items), items)
    context.workspace.remove(PARTS)
    return gram


def sparse_gram(context: Context, pairs: "DataFrame", items: int) -> "SparseGram":
    """As gram_matrix, for the sparse solver."""
    from steamrec.models.ease.sparse import SparseGram

    gram = SparseGram.of(read_parts(context.workspace, count_parts(context, pairs, items)), items)
    context.workspace.remove(PARTS)
    return gram


def count_parts(context: Context, pairs: "DataFrame", items: int) -> list[int]:
    """Write the Gram matrix of each user batch; returns the numbers of the batches."""
    check_owners(context, "ease")
    context.workspace.remove(PARTS)
    write = functools.partial(write_parts, root=context.workspace.root, items=items)
    batches = user_batches(USERS_PER_BATCH, {Role.FITTED: pairs})
    return [row["batch"] for row in batches.mapInArrow(write, WRITTEN).distinct().collect()]


def check_owners(context: Context, model: str) -> None:
    """Raise RunError when an item has more owners than float32 counts exactly."""
    most = context.read(tables.ITEMS).agg({"owners": "max"}).first()
    assert most is not None
    check_exact_counts(int(most[0] or 0), model)


def write_parts(
    record_batches: "Iterator[pa.RecordBatch]", root: str, items: int
) -> "Iterator[pa.RecordBatch]":
    """Write the sparse Gram matrix of each batch's users; runs on executors."""
    for batch in read_user_batches(record_batches):
        write_part(Workspace(root), batch, items)
        yield written(batch.number)


def write_part(workspace: Workspace, batch: UserBatch, items: int) -> None:
    """Write the sparse Gram matrix of a batch's users.

    A file's name is its batch's number: a task that runs again replaces what it wrote.
    """
    small = np.uint16 if items <= 1 << 16 else np.int32
    part = upper_gram(batch, items)
    content = io.BytesIO()
    np.savez(
        content,
        counts=part.counts.astype(np.uint16),
        others=part.others.astype(small),
        starts=part.starts,
    )
    workspace.write_bytes(_part(batch.number), content.getvalue())


def written(batch: int) -> "pa.RecordBatch":
    """What a task says of a batch that it wrote: a row of WRITTEN."""
    import pyarrow as pa

    return pa.RecordBatch.from_arrays([pa.array([batch], pa.int32())], names=["batch"])


def sum_parts(workspace: Workspace, batches: Sequence[int], items: int) -> npt.NDArray[np.float32]:
    """float32 [items, items]: the Gram matrix from the parts of all batches."""
    gram = np.zeros((items, items), np.float32)
    for part in read_parts(workspace, batches):
        add_upper(gram, part)
    mirror(gram)
    return gram


def read_parts(workspace: Workspace, batches: Sequence[int]) -> Iterator[UpperGram]:
    """The Gram matrix of each of the batches, in the order of their numbers."""
    for batch in sorted(batches):
        with np.load(io.BytesIO(workspace.read_bytes(_part(batch)))) as file:
            counts, others = (file[name].astype(np.int32) for name in ("counts", "others"))
            yield UpperGram(file["starts"], others, counts)


def _part(batch: int) -> str:
    return f"{PARTS}/{batch}.npz"
