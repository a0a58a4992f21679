"""The items below the candidates: what a second, smaller network is told about each.

EASE knows near-certain pairs and says little of the rest; there a few latent directions of the
whole catalogue say more. The directions are the largest eigenvectors of the Gram matrix with its
rows and columns scaled by a power of popularity (PureSVD: Cremonesi, Koren, Turrin, RecSys 2010).
"""

import numpy as np
import numpy.typing as npt

from steamrec.data.user_batches import UserBatch
from steamrec.models.blas_threads import fixed_blas_threads
from steamrec.scoring.scorer import FloatArray, as_float32

WIDTHS = (8, 16, 32, 64)
POWER = 0.3
FLOOR = np.float32(1e-3)
CLIP = 5.0

# Each feature with the mean and the spread that the network's input is scaled by: rounded constants
# (measured on Steam's libraries), so that a night repeats to the bit.
TAIL_FEATURES: dict[str, tuple[float, float]] = {
    "ease": (0.007, 0.058),
    "log_ease": (-6.2, 1.2),
    "log_owners": (3.9, 2.2),
    "log_library": (3.75, 1.14),
    **{f"latent_{width}": (0.001, 0.004) for width in WIDTHS},
    **{f"log_latent_{width}": (-6.2, 1.2) for width in WIDTHS},
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


def latent_scores(batch: UserBatch, directions: FloatArray, scale: FloatArray) -> FloatArray:
    """float32 [users of the batch, len(WIDTHS), items]: each library seen through so many."""
    from scipy import sparse

    shape = (len(batch.users), len(directions))
    owned = sparse.csr_matrix((scale[batch.indices], batch.indices, batch.indptr), shape=shape)
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
    return scores[: len(batch.users)]


def tail_features(
    ease: FloatArray, latent: FloatArray, owners: FloatArray, scale: FloatArray, library: int
) -> FloatArray:
    """float32 [n, len(TAIL_FEATURES)] of any n items, scaled for the network.

    ease, owners, scale: float32 [n]; latent: float32 [len(WIDTHS), n], of one user who owns
    `library` items.
    """
    values = [ease, _log(ease), np.log(np.maximum(owners, 1)), np.log(np.float32(max(library, 1)))]
    values += [*latent, *_log(latent / scale)]
    table = np.empty((len(ease), len(TAIL_FEATURES)), np.float32)
    for column, (value, (mean, spread)) in enumerate(
        zip(values, TAIL_FEATURES.values(), strict=True)
    ):
        table[:, column] = (value - np.float32(mean)) / np.float32(spread)
    return np.clip(table, -CLIP, CLIP, out=table)


def _log(scores: FloatArray) -> FloatArray:
    logs: FloatArray = np.log(np.maximum(scores, 0) + FLOOR)
    return logs
