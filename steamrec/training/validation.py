"""The validation metric of an epoch: full-catalogue NDCG@10 on validation items."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from steamrec.data import tables
from steamrec.data.context import Context
from steamrec.data.user_batches import Block, IntArray, Pairs
from steamrec.scoring.metrics import metric_values
from steamrec.scoring.ranks import full_ranks
from steamrec.scoring.scorer import Scorer, finite_scores, owned_cells

MOST_USERS = 2_000
GROUP = 256


@dataclass(frozen=True)
class ValidationSet:
    """Users in groups, each group a block of the pairs they were fitted on, with its targets."""

    blocks: list[tuple[Block, IntArray]]

    def ndcg(self, scorer: Scorer) -> float:
        """The mean NDCG@10 of the validation items."""
        return self.mean("ndcg", scorer)

    def mean(self, metric: str, scorer: Scorer) -> float:
        """The mean of a metric at 10."""
        return float(self.values(metric, scorer).mean())

    def values(self, metric: str, scorer: Scorer) -> npt.NDArray[np.float64]:
        """float64 [users]: a metric at 10, each item ranked among all items not fitted on.

        Raises NumericalError for a score that is not finite: it would rank whatever it meets.
        """
        values = []
        for block, targets in self.blocks:
            rows = np.arange(len(block.users), dtype=np.int32)
            scores = finite_scores(scorer, block, "validation")
            ranks, _ = full_ranks(scores, owned_cells(block), rows, targets)
            values.append(metric_values(metric, ranks, 10))
        return np.concatenate(values)


def load_validation(context: Context) -> ValidationSet | None:
    """The validation items of the first MOST_USERS of their users; None where there are none."""
    train = context.read(tables.TRAIN)
    chosen = train.where("validation").select("user", "item").orderBy("user").limit(MOST_USERS)
    targets = chosen.toPandas()
    if targets.empty:
        return None
    fitted = train.where("not validation").join(chosen.select("user"), "user", "left_semi")
    frame = fitted.select("user", "item", "place").toPandas()
    packed = frame["user"].to_numpy(np.int64) << 32 | frame["item"].to_numpy(np.int64)
    order = np.argsort(packed)
    pairs = Pairs(packed[order], frame["place"].to_numpy(np.int64)[order])
    users = targets["user"].to_numpy(np.int32)
    items = targets["item"].to_numpy(np.int32)
    blocks = []
    for start in range(0, len(users), GROUP):
        group = users[start : start + GROUP]
        inside = (pairs.packed >> 32 >= group[0]) & (pairs.packed >> 32 <= group[-1])
        blocks.append((pairs.where(inside).block(start), items[start : start + GROUP]))
    return ValidationSet(blocks)
