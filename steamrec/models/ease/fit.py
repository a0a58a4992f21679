"""EASE (Steck: Embarrassingly shallow autoencoders for sparse data, WWW 2019).

The weights that best rebuild each user's items from the user's other items, under an L2
penalty and a zero diagonal, have a closed form: with P = (X'X + lambda I)^-1, B_ij = -P_ij / P_jj.
"""

import functools
import io
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from steamrec.data import tables
from steamrec.data.context import Context
from steamrec.data.limits import check_exact_counts
from steamrec.data.spark_batches import user_blocks
from steamrec.data.user_batches import Block, read_blocks
from steamrec.errors import NumericalError
from steamrec.models.blas_threads import fixed_blas_threads
from steamrec.models.ease.gram import UpperGram, add_upper, mirror, upper_gram
from steamrec.scoring.artifact import Artifact
from steamrec.training.finite import refuse_non_finite
from steamrec.workspace import Workspace

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame

BLOCK_SIZE = 16_384  # users; their counts fit in 16 bits
PARTS = "scratch/gram"
WRITTEN = "block int"


def fit(context: Context) -> Artifact:
    """The weights of the training pairs."""
    return _fit(context, context.read(tables.TRAIN).where("not validation"))


def refit(context: Context) -> Artifact:
    """The weights of all pairs."""
    return _fit(context, context.read(tables.INTERACTIONS))


def _fit(context: Context, pairs: "DataFrame") -> Artifact:
    """The Gram matrix from Spark, one inverse on the driver."""
    items = context.read(tables.ITEMS).count()
    users = context.read(tables.USERS).count()
    settings = context.settings.train.ease
    weights = ease_weights(gram_matrix(context, pairs, items), settings.regularization)
    return Artifact("ease", {"weights": weights}, users, items, settings.model_dump(mode="json"))


def gram_matrix(context: Context, pairs: "DataFrame", items: int) -> npt.NDArray[np.float32]:
    """float32 [items, items]: how many users of `pairs` own both; whole numbers, so exact.

    Raises RunError before any work when an item has too many owners for that.

    Each block's part is a file in the workspace, read and removed here one after the other: sent
    through Spark's driver, the parts of a large night would not fit its heap.
    """
    check_owners(context, "ease")
    context.workspace.remove(PARTS)
    write = functools.partial(write_parts, root=context.workspace.root, items=items)
    numbers = user_blocks(BLOCK_SIZE, pairs).mapInArrow(write, WRITTEN).distinct().collect()
    gram = sum_parts(context.workspace, [row["block"] for row in numbers], items)
    context.workspace.remove(PARTS)
    return gram


def check_owners(context: Context, model: str) -> None:
    """Raise RunError when an item has more owners than float32 counts exactly."""
    most = context.read(tables.ITEMS).agg({"owners": "max"}).first()
    assert most is not None
    check_exact_counts(int(most[0] or 0), model)


def write_parts(
    batches: "Iterator[pa.RecordBatch]", root: str, items: int
) -> "Iterator[pa.RecordBatch]":
    """Write the sparse Gram matrix of each block's users; runs on executors."""
    for block in read_blocks(batches):
        write_part(Workspace(root), block, items)
        yield written(block.number)


def write_part(workspace: Workspace, block: Block, items: int) -> None:
    """Write the sparse Gram matrix of a block's users.

    A file's name is its block's number: a task that runs again replaces what it wrote.
    """
    small = np.uint16 if items <= 1 << 16 else np.int32
    part = upper_gram(block, items)
    content = io.BytesIO()
    np.savez(
        content,
        counts=part.counts.astype(np.uint16),
        others=part.others.astype(small),
        starts=part.starts,
    )
    workspace.write_bytes(_part(block.number), content.getvalue())


def written(block: int) -> "pa.RecordBatch":
    """What a task says of a block that it wrote: a row of WRITTEN."""
    import pyarrow as pa

    return pa.RecordBatch.from_arrays([pa.array([block], pa.int32())], names=["block"])


def sum_parts(workspace: Workspace, blocks: Sequence[int], items: int) -> npt.NDArray[np.float32]:
    """float32 [items, items]: the Gram matrix from the parts of all blocks."""
    gram = np.zeros((items, items), np.float32)
    for block in sorted(blocks):
        with np.load(io.BytesIO(workspace.read_bytes(_part(block)))) as file:
            counts, others = (file[name].astype(np.int32) for name in ("counts", "others"))
            add_upper(gram, UpperGram(file["starts"], others, counts))
    mirror(gram)
    return gram


def _part(block: int) -> str:
    return f"{PARTS}/{block}.npz"


def ease_weights(
    gram: npt.NDArray[np.float32], regularization: float, model: str = "ease"
) -> npt.NDArray[np.float32]:
    """float32 [items, items]: EASE's weights from the Gram matrix, whose memory they take.

    The inverse by Cholesky factors (LAPACK spotrf, spotri). Raises NumericalError when the matrix
    is not positive definite or its inverse not finite, which a larger regularization mends.
    """
    from scipy.linalg import lapack

    items = len(gram)
    gram[np.diag_indices(items)] += np.float32(regularization)
    # LAPACK's columns are the rows here: it reads and writes the upper triangle of the transposed
    # matrix, the lower one of this.
    with fixed_blas_threads():
        factor, failed = lapack.spotrf(gram.T, lower=False, overwrite_a=True, clean=False)
        if not failed:
            inverse, failed = lapack.spotri(factor, lower=False, overwrite_c=True)
    if failed:
        raise NumericalError(
            f"train/{model}: EASE's matrix cannot be inverted in single precision; "
            f"raise train.{model}.regularization."
        )
    mirror(inverse)
    weights: npt.NDArray[np.float32] = inverse.T  # the same numbers, row by row
    np.divide(weights, -np.diag(weights)[None, :], out=weights)
    weights[np.diag_indices(items)] = 0.0
    refuse_non_finite({"weights": weights}, model, f"raise train.{model}.regularization")
    return weights
