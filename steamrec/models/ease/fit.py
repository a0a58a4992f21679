"""EASE (Steck: Embarrassingly shallow autoencoders for sparse data, WWW 2019).

The weights that best rebuild each user's items from the user's other items, under an L2
penalty and a zero diagonal, have a closed form: with P = (X'X + lambda I)^-1, B_ij = -P_ij / P_jj.
"""

import functools
import io
import logging
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
from steamrec.errors import NumericalError
from steamrec.models.blas_threads import fixed_blas_threads
from steamrec.models.ease.gram import UpperGram, add_upper, mirror, upper_gram
from steamrec.models.ease.settings import EaseSettings
from steamrec.models.ease.solver import choose_solver
from steamrec.models.ease.sparse_arrays import to_arrays
from steamrec.scoring.artifact import Artifact
from steamrec.spark.memory import machine_memory
from steamrec.training.finite import refuse_non_finite
from steamrec.workspace import Workspace

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame

    from steamrec.models.ease.sparse import SparseGram

USERS_PER_BATCH = 16_384  # users; their counts fit in 16 bits
PARTS = "scratch/gram"
WRITTEN = "batch int"

log = logging.getLogger(__name__)


def fit(context: Context) -> Artifact:
    """The weights of the training pairs."""
    return _fit(context, context.read(tables.TRAIN).where("not validation"))


def refit(context: Context) -> Artifact:
    """The weights of all pairs."""
    return _fit(context, context.read(tables.INTERACTIONS))


def _fit(context: Context, pairs: "DataFrame") -> Artifact:
    """The Gram matrix from Spark, one inverse on the driver."""
    items, users = context.count(tables.ITEMS), context.count(tables.USERS)
    settings = context.settings.section("ease", EaseSettings)
    solver = choose_solver(settings.solver, items, machine_memory())
    if solver == "sparse":
        from steamrec.models.ease.sparse import sparse_weights  # its kernel is compiled on import

        log.info("train/ease: sparse weights, %d per item", settings.neighbours)
        gram = sparse_gram(context, pairs, items)
        weights = sparse_weights(gram, settings.regularization, settings.neighbours)
        arrays = to_arrays(weights)
    else:
        arrays = {
            "weights": ease_weights(gram_matrix(context, pairs, items), settings.regularization)
        }
    return Artifact("ease", arrays, users, items, settings.model_dump(mode="json"))


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
