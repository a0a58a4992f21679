"""EASE (Steck: Embarrassingly shallow autoencoders for sparse data, WWW 2019).

The weights that best rebuild each user's items from the user's other items, under an L2
penalty and a zero diagonal, have a closed form: with P = (X'X + lambda I)^-1, B_ij = -P_ij / P_jj.
"""

import functools
import io
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from steamrec.data import tables
from steamrec.data.context import Context
from steamrec.data.limits import check_exact_counts
from steamrec.data.spark_batches import user_blocks
from steamrec.data.user_batches import read_blocks
from steamrec.errors import NumericalError
from steamrec.scoring.artifact import Artifact
from steamrec.training.finite import refuse_non_finite
from steamrec.workspace import Workspace

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame

BLOCK_SIZE = 8_192  # users
ROWS_AT_ONCE = 1_024
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


def gram_matrix(
    context: Context, pairs: "DataFrame", items: int, model: str = "ease"
) -> npt.NDArray[np.float32]:
    """float32 [items, items]: how many users of `pairs` own both; whole numbers, so exact.

    Raises RunError that names `model` before any work when an item has too many owners for that.

    Each block's part is a file in the workspace, read and removed here one after the other: sent
    through Spark's driver, the parts of a large night would not fit its heap.
    """
    from scipy import sparse

    most = context.read(tables.ITEMS).agg({"owners": "max"}).first()
    assert most is not None
    check_exact_counts(int(most[0] or 0), model)
    context.workspace.remove(PARTS)
    write = functools.partial(write_parts, root=context.workspace.root, items=items)
    numbers = user_blocks(BLOCK_SIZE, pairs).mapInArrow(write, WRITTEN).distinct().collect()
    gram = np.zeros((items, items), np.float32)
    for row in sorted(numbers):
        with np.load(io.BytesIO(context.workspace.read_bytes(_part(row["block"])))) as file:
            part = sparse.csr_matrix((file["counts"], file["others"], file["starts"]), gram.shape)
        for start in range(0, items, ROWS_AT_ONCE):
            gram[start : start + ROWS_AT_ONCE] += part[start : start + ROWS_AT_ONCE].toarray()
    context.workspace.remove(PARTS)
    return gram


def write_parts(
    batches: "Iterator[pa.RecordBatch]", root: str, items: int
) -> "Iterator[pa.RecordBatch]":
    """Write the sparse Gram matrix of each block's users; runs on executors.

    A file's name is its block's number: a task that runs again replaces what it wrote.
    """
    import pyarrow as pa
    from scipy import sparse

    workspace = Workspace(root)
    for block in read_blocks(batches):
        shape = (len(block.users), items)
        ones = np.ones(len(block.items), np.float32)
        owned = sparse.csr_matrix((ones, block.items, block.offsets), shape=shape)
        part = sparse.csr_matrix(owned.T @ owned)
        content = io.BytesIO()
        np.savez(content, counts=part.data, others=part.indices, starts=part.indptr)
        workspace.write_bytes(_part(block.number), content.getvalue())
        yield pa.RecordBatch.from_arrays([pa.array([block.number], pa.int32())], names=["block"])


def _part(block: int) -> str:
    return f"{PARTS}/{block}.npz"


def ease_weights(
    gram: npt.NDArray[np.float32], regularization: float, model: str = "ease"
) -> npt.NDArray[np.float32]:
    """float32 [items, items]: EASE's weights from the Gram matrix, which is overwritten.

    The inverse by Cholesky factors (LAPACK spotrf, spotri). Raises NumericalError when the matrix
    is not positive definite or its inverse not finite, which a larger regularization mends.
    """
    from scipy.linalg import lapack

    items = len(gram)
    gram[np.diag_indices(items)] += np.float32(regularization)
    factor, failed = lapack.spotrf(gram.T, lower=False, overwrite_a=True, clean=False)
    if not failed:
        inverse, failed = lapack.spotri(factor, lower=False, overwrite_c=True)
    if failed:
        raise NumericalError(
            f"train/{model}: EASE's matrix cannot be inverted in single precision; "
            f"raise train.{model}.regularization."
        )
    inverse = np.triu(inverse)
    inverse += np.triu(inverse, 1).T
    weights = -inverse / np.diag(inverse)[None, :]
    weights[np.diag_indices(items)] = 0.0
    refuse_non_finite({"weights": weights}, model, f"raise train.{model}.regularization")
    return np.ascontiguousarray(weights, dtype=np.float32)
