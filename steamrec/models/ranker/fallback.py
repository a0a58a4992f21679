"""The items below the candidates: what a second, smaller network is told about each.

EASE knows near-certain pairs and says little of the rest; there a few latent directions of the
whole catalogue say more. The directions are the largest eigenvectors of the Gram matrix with its
rows and columns scaled by a power of popularity (PureSVD: Cremonesi, Koren, Turrin, RecSys 2010).
"""

import numpy as np
import numpy.typing as npt

from steamrec.data.user_batches import Block
from steamrec.models.blas_threads import fixed_blas_threads
from steamrec.scoring.scorer import FloatArray, as_float32

WIDTHS = (8, 16, 32, 64)
POWER = 0.3

# Each feature, and whether the network is told its logarithm (scales.py).
TAIL_FEATURES: dict[str, bool] = {
    "ease": False,
    "log_ease": True,
    "log_owners": False,
    "log_library": False,
    **{f"latent_{width}": False for width in WIDTHS},
    **{f"log_latent_{width}": True for width in WIDTHS},
}


def latent_directions(gram: npt.NDArray[np.float32]) -> tuple[FloatArray, FloatArray]:
    """float32 [items, WIDTHS[-1]] and [items]: the directions, the largest first, and the scale.

    gram: float32 [items, items], how many users own both. A catalogue with fewer items than
    directions gets columns of zeros.
    """
    from scipy.sparse.linalg import eigsh

    items = len(gram)
    scale = as_float32(np.maximum(np.diag(gram), 1) ** -POWER)
    directions = np.zeros((items, WIDTHS[-1]), np.float32)
    count = min(WIDTHS[-1], items - 1)
    if count > 0:
        scaled = gram * scale[:, None]
        scaled *= scale[None, :]
        # A fixed start, so that a night repeats to the bit.
        with fixed_blas_threads():
            _, vectors = eigsh(scaled, k=count, which="LA", v0=np.ones(items, np.float32))
        directions[:, :count] = vectors[:, ::-1]
    return directions, scale


def latent_scores(block: Block, directions: FloatArray, scale: FloatArray) -> FloatArray:
    """float32 [users of the block, len(WIDTHS), items]: each library seen through so many."""
    from scipy import sparse

    shape = (len(block.users), len(directions))
    owned = sparse.csr_matrix((scale[block.items], block.items, block.offsets), shape=shape)
    users = owned @ directions
    if len(users) == 1:
        # BLAS multiplies a single row by another kernel, which rounds differently.
        users = np.repeat(users, 2, axis=0)
    scores = np.empty((len(users), len(WIDTHS), len(directions)), np.float32)
    for place, width in enumerate(WIDTHS):
        low = WIDTHS[place - 1] if place else 0
        np.matmul(users[:, low:width], directions[:, low:width].T, out=scores[:, place])
        if place:
            scores[:, place] += scores[:, place - 1]
    return scores[: len(block.users)]


def tail_features(
    ease: FloatArray, latent: FloatArray, owners: FloatArray, scale: FloatArray, library: int
) -> list[FloatArray]:
    """Of each of TAIL_FEATURES its values of any n items, float32 [n], not scaled.

    ease, owners, scale: float32 [n]; latent: float32 [len(WIDTHS), n], of one user who owns
    `library` items.
    """
    of_library = np.full(len(ease), np.log(max(library, 1)), np.float32)
    return [ease, ease, np.log(np.maximum(owners, 1)), of_library, *latent, *(latent / scale)]
