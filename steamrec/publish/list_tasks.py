"""The lists of each batch: its users' best items that they do not own and may be shown."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from steamrec.data.user_batches import IntArray, read_user_batches
from steamrec.models.loading import cached_scorer
from steamrec.scoring.scorer import leading_scores, owned_cells
from steamrec.scoring.top_k import top_k

if TYPE_CHECKING:
    import pyarrow as pa

LISTS = "user int, item int, rank int, score float"


def list_batches(
    record_batches: "Iterator[pa.RecordBatch]", root: str, model: str, k: int, excluded: IntArray
) -> "Iterator[pa.RecordBatch]":
    """Each batch's top k as Arrow rows (user, item, rank, score), without `excluded` items."""
    import pyarrow as pa

    scorer = cached_scorer(root, model)
    for batch in read_user_batches(record_batches):
        scores = leading_scores(scorer, batch, "export", k, excluded)
        items, best = top_k(scores, owned_cells(batch), min(k, scorer.items), excluded)
        rows, ranks = np.nonzero(items >= 0)
        columns = [
            batch.users[rows],
            items[rows, ranks].astype(np.int32),
            (ranks + 1).astype(np.int32),
            best[rows, ranks].astype(np.float32),
        ]
        yield pa.RecordBatch.from_arrays(
            [pa.array(column) for column in columns], names=["user", "item", "rank", "score"]
        )
