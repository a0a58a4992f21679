"""Models that are one product: score = user factors x item factors + item bias (GMF, ALS)."""

from steamrec.block import Block
from steamrec.models.artifact import Artifact
from steamrec.models.scorer import FloatArray, as_float32


class FactorScorer:
    """Scores by one matrix product.

    Arrays of the artifact: `user_factors` float32 [users, d], `item_factors` float32
    [items, d], and optionally `item_bias` float32 [items].
    """

    def __init__(self, artifact: Artifact) -> None:
        self.items = artifact.items
        self.user_factors = as_float32(artifact.arrays["user_factors"])
        self.item_factors = as_float32(artifact.arrays["item_factors"])
        self.item_bias = artifact.arrays.get("item_bias")

    def scores(self, block: Block) -> FloatArray:
        """float32 [users of the block, items]."""
        scores: FloatArray = self.user_factors[block.users] @ self.item_factors.T
        if self.item_bias is not None:
            scores += self.item_bias
        return scores
