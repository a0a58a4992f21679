"""The items below the candidates: what a second, smaller network is told about each.

EASE knows near-certain pairs and says little of the rest; there a few latent directions of the
whole catalogue say more (directions.py).
"""

import numpy as np

from steamrec.data.user_batches import UserBatch
from steamrec.models.ranker.directions import WIDTHS
from steamrec.scoring.scorer import FloatArray

# Each feature, and whether the network is told its logarithm (scales.py).
TAIL_FEATURES: dict[str, bool] = {
    "ease": False,
    "log_ease": True,
    "log_owners": False,
    "log_library": False,
    **{f"latent_{width}": False for width in WIDTHS},
    **{f"log_latent_{width}": True for width in WIDTHS},
}


def latent_scores(batch: UserBatch, directions: FloatArray, scale: FloatArray) -> FloatArray:
    """float32 [users of the batch, len(WIDTHS), items]: the scores by each number of directions."""
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
) -> list[FloatArray]:
    """Of each of TAIL_FEATURES its values of any n items, float32 [n], not scaled.

    ease, owners, scale: float32 [n]; latent: float32 [len(WIDTHS), n], of one user who owns
    `library` items.
    """
    of_library = np.full(len(ease), np.log(max(library, 1)), np.float32)
    return [ease, ease, np.log(np.maximum(owners, 1)), of_library, *latent, *(latent / scale)]
