"""A few latent directions of the catalogue: the largest eigenvectors of a scaled Gram matrix.

The Gram matrix has its rows and columns scaled by a power of popularity (PureSVD: Cremonesi, Koren,
Turrin, RecSys 2010). Of a large matrix the eigenvectors are found in a block Krylov space from a
fixed random start (Musco, Musco, NIPS 2015): matrix products alone, for any matrix.
"""

import numpy as np
import numpy.typing as npt

from steamrec.models.blas_threads import fixed_blas_threads
from steamrec.scoring.scorer import FloatArray, as_float32

WIDTHS = (8, 16, 32, 64)
POWER = 0.3
DENSE = 1_024  # items up to which LAPACK decomposes the whole matrix
BLOCK, PRODUCTS = 96, 4
# Smaller eigenvalues, as a part of the largest, are rounding: their directions mean nothing.
LEAST = 1e-5


def latent_directions(gram: npt.NDArray[np.float32]) -> tuple[FloatArray, FloatArray]:
    """float32 [items, WIDTHS[-1]] and [items]: the directions, the largest first, and the scale.

    gram: float32 [items, items], how many users own both. Where the matrix has a lower rank than
    there are directions, the others are columns of zeros.
    """
    items = len(gram)
    scale = as_float32(np.maximum(np.diag(gram), 1) ** -POWER)
    scaled = gram * scale[:, None]
    scaled *= scale[None, :]
    directions = np.zeros((items, WIDTHS[-1]), np.float32)
    with fixed_blas_threads():
        small = items <= DENSE
        values, vectors = np.linalg.eigh(scaled.astype(float)) if small else _krylov(scaled)
    largest = np.argsort(-values, kind="stable")[: WIDTHS[-1]]
    kept = largest[values[largest] > LEAST * max(values.max(initial=0), 0)]
    directions[:, : len(kept)] = vectors[:, kept]
    return directions, scale


def _krylov(matrix: npt.NDArray[np.float32]) -> tuple[npt.NDArray[np.float64], FloatArray]:
    """The eigenvalues and eigenvectors of a symmetric matrix within its block Krylov space."""
    start = np.random.default_rng(0).standard_normal((len(matrix), BLOCK), np.float32)
    blocks = []
    for _ in range(PRODUCTS):
        start = np.linalg.qr(matrix @ start)[0]
        blocks.append(start)
    basis = np.linalg.qr(np.hstack(blocks))[0]
    within = (basis.T @ (matrix @ basis)).astype(float)
    values, rotation = np.linalg.eigh((within + within.T) / 2)
    return values, as_float32(basis @ rotation.astype(np.float32))
