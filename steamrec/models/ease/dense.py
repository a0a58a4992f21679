"""EASE's weights in closed form (Steck: Embarrassingly shallow autoencoders, WWW 2019).

The weights that best rebuild each user's items from the user's other items, under an L2
penalty and a zero diagonal: with P = (X'X + lambda I)^-1, B_ij = -P_ij / P_jj.
"""

import numpy as np
import numpy.typing as npt

from steamrec.errors import NumericalError
from steamrec.models.blas_threads import fixed_blas_threads
from steamrec.models.ease.gram import mirror
from steamrec.training.finite import refuse_non_finite


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
