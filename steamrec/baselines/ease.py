"""EASE (Steck: Embarrassingly shallow autoencoders for sparse data, WWW 2019).

The weights that best rebuild each user's items from the user's other items, under an L2
penalty and a zero diagonal, have a closed form: with P = (X'X + lambda I)^-1, B_ij = -P_ij / P_jj.
"""

import functools
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from steamrec import tables
from steamrec.block import read_blocks
from steamrec.errors import RunError
from steamrec.models.artifact import Artifact
from steamrec.spark.blocks import user_blocks
from steamrec.stage import Context

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame

BLOCK_SIZE = 8192
SUMS = "item int, others binary, counts binary"


def fit(context: Context) -> Artifact:
    """The Gram matrix from Spark, one inverse on the driver."""
    items = context.read(tables.ITEMS).count()
    users = context.read(tables.USERS).count()
    settings = context.settings.train.ease
    train = context.read(tables.TRAIN).where("not validation")
    weights = ease_weights(gram_matrix(train, items), settings.regularization)
    return Artifact("ease", {"weights": weights}, users, items, settings.model_dump(mode="json"))


def gram_matrix(train: "DataFrame", items: int) -> npt.NDArray[np.float32]:
    """float32 [items, items]: how many users of `train` own both; whole numbers, so exact."""
    blocks = user_blocks(BLOCK_SIZE, train)
    parts = blocks.mapInArrow(functools.partial(partial_gram, items=items), SUMS)
    gram = np.zeros((items, items), np.float32)
    for row in parts.toLocalIterator():
        others = np.frombuffer(row["others"], np.int32)
        gram[row["item"], others] += np.frombuffer(row["counts"], np.float32)
    return gram


def partial_gram(batches: "Iterator[pa.RecordBatch]", items: int) -> "Iterator[pa.RecordBatch]":
    """The Gram matrix of one partition's users, an item's row at a time; runs on executors."""
    import pyarrow as pa
    from scipy import sparse

    total = sparse.csr_matrix((items, items), dtype=np.float32)
    for block in read_blocks(batches):
        ones = np.ones(len(block.items), np.float32)
        owned = sparse.csr_matrix(
            (ones, block.items, block.offsets), shape=(len(block.users), items)
        )
        total = total + owned.T @ owned
    total = sparse.csr_matrix(total)
    for start in range(0, items, 512):
        rows = list(range(start, min(start + 512, items)))
        bounds = [(total.indptr[item], total.indptr[item + 1]) for item in rows]
        rows = [item for item, (low, high) in zip(rows, bounds, strict=True) if high > low]
        bounds = [(low, high) for low, high in bounds if high > low]
        yield pa.RecordBatch.from_arrays(
            [
                pa.array(rows, pa.int32()),
                pa.array(
                    [total.indices[a:b].astype(np.int32).tobytes() for a, b in bounds], pa.binary()
                ),
                pa.array([total.data[a:b].tobytes() for a, b in bounds], pa.binary()),
            ],
            names=["item", "others", "counts"],
        )


def ease_weights(gram: npt.NDArray[np.float32], regularization: float) -> npt.NDArray[np.float32]:
    """float32 [items, items]: EASE's weights from the Gram matrix, which is overwritten.

    The inverse by Cholesky factors (LAPACK spotrf, spotri). Raises RunError when the matrix is
    not positive definite, which a larger regularization mends.
    """
    from scipy.linalg import lapack

    items = len(gram)
    gram[np.diag_indices(items)] += np.float32(regularization)
    factor, failed = lapack.spotrf(gram.T, lower=False, overwrite_a=True, clean=False)
    if not failed:
        inverse, failed = lapack.spotri(factor, lower=False, overwrite_c=True)
    if failed:
        raise RunError(
            "EASE's matrix cannot be inverted in single precision; raise train.ease.regularization."
        )
    inverse = np.triu(inverse)
    inverse += np.triu(inverse, 1).T
    weights = -inverse / np.diag(inverse)[None, :]
    weights[np.diag_indices(items)] = 0.0
    return np.ascontiguousarray(weights, dtype=np.float32)
