"""Models that are one product: score = user factors x item factors + item bias (GMF, ALS)."""

import numpy as np

from steamrec.data.user_batches import UserBatch
from steamrec.scoring.artifact import Artifact
from steamrec.scoring.scorer import FloatArray, as_float32


class FactorScorer:
    """Scores by one matrix product.

    Arrays of the artifact: `user_factors` float32 [users, d], `item_factors` float32
    [items, d], and optionally `item_bias` float32 [items].
    """

    def __init__(self, artifact: Artifact) -> None:
        self.name, self.items = artifact.name, artifact.items
        users, items = artifact.arrays["user_factors"], artifact.arrays["item_factors"]
        bias = artifact.arrays.get("item_bias")
        if bias is not None:
            # One more factor that every user has 1 of: a second pass over the scores costs more.
            users = np.column_stack([users, np.ones(len(users))])
            items = np.column_stack([items, bias])
        self.user_factors = as_float32(users)
        self.item_factors = as_float32(items)

    def scores(self, batch: UserBatch) -> FloatArray:
        """float32 [users of the batch, items]."""
        scores: FloatArray = self.user_factors[batch.users] @ self.item_factors.T
        return scores
