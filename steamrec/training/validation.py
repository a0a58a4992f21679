"""The validation metric of an epoch: full-catalogue NDCG@10 on validation items."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from steamrec.data import tables
from steamrec.data.context import Context
from steamrec.data.user_batches import IntArray, Pairs, UserBatch
from steamrec.scoring.metrics import metric_values
from steamrec.scoring.ranks import full_ranks
from steamrec.scoring.scorer import Scorer, finite_scores, owned_cells
from steamrec.workspace.receipts import output_hash

MOST_USERS = 2_000
GROUP = 256


@dataclass(frozen=True)
class ValidationSet:
    """Users in groups, each group a batch of the pairs they were fitted on, with its targets."""

    batches: list[tuple[UserBatch, IntArray]]

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
        for batch, targets in self.batches:
            rows = np.arange(len(batch.users), dtype=np.int32)
            scores = finite_scores(scorer, batch, "validation")
            ranks, _ = full_ranks(scores, owned_cells(batch), rows, targets)
            values.append(metric_values(metric, ranks, 10))
        return np.concatenate(values)


# The last one and what it was read from: all networks of a night have the same.
_loaded: dict[str, ValidationSet | None] = {}


def load_validation(context: Context) -> ValidationSet | None:
    """The validation items of the first MOST_USERS of their users; None where there are none."""
    split = output_hash(context.inputs, "split", tables.TRAIN.name)
    key = f"{context.inputs.root} {split}"
    if not split or key not in _loaded:
        _loaded.clear()
        _loaded[key] = _load(context)
    return _loaded[key]


def _load(context: Context) -> ValidationSet | None:
    train = context.read(tables.TRAIN)
    chosen = train.where("validation").select("user", "item").orderBy("user").limit(MOST_USERS)
    targets = chosen.toPandas()
    if targets.empty:
        return None
    fitted = train.where("not validation").join(chosen.select("user"), "user", "left_semi")
    frame = fitted.select("user", "item", "position").toPandas()
    columns = (frame[name].to_numpy(np.int64) for name in ("user", "item", "position"))
    pairs = Pairs.of(*columns)
    users = targets["user"].to_numpy(np.int32)
    items = targets["item"].to_numpy(np.int32)
    batches = []
    for start in range(0, len(users), GROUP):
        group = users[start : start + GROUP]
        batch = UserBatch.of(start, pairs.of_users(group)).with_users(group)
        batches.append((batch, items[start : start + GROUP]))
    return ValidationSet(batches)
