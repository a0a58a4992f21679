"""The metrics against another library's, where both define the same thing."""

import numpy as np
import pytest
from scipy import sparse

from steamrec.scoring.metrics import metric_values
from steamrec.scoring.ranks import full_ranks

evaluation = pytest.importorskip("implicit.evaluation")
USERS, ITEMS = 80, 120


class Fixed:
    """A model of given scores with implicit's recommend method; the scores have no ties."""

    def __init__(self, scores):
        self.scores = scores

    def recommend(self, userid, user_items, N, **_):  # noqa: N803
        scores = self.scores[userid].copy()
        scores[user_items.toarray() > 0] = -np.inf
        order = np.argsort(-scores, axis=1)[:, :N]
        return order.astype(np.int32), np.take_along_axis(scores, order, axis=1)


@pytest.mark.parametrize("k", [1, 5, 10])
def test_metrics_equal_those_of_implicit(k):
    rng = np.random.default_rng(k)
    scores = rng.permutation(USERS * ITEMS).reshape(USERS, ITEMS).astype(np.float32)
    best = np.argsort(-scores, axis=1)
    targets = best[np.arange(USERS), rng.integers(0, 15, USERS)].astype(np.int32)
    known = rng.random((USERS, ITEMS)) < 0.2
    known[np.arange(USERS), targets] = False
    users = np.arange(USERS, dtype=np.int32)
    ranks, _ = full_ranks(scores, known, users, targets)
    held = sparse.csr_matrix((np.ones(USERS), (users, targets)), shape=(USERS, ITEMS))
    theirs = evaluation.ranking_metrics_at_k(
        Fixed(scores), sparse.csr_matrix(known.astype(np.float64)), held, K=k, show_progress=False
    )
    # With one held-out item its precision is recall, and its average precision 1 / rank.
    assert metric_values("hr", ranks, k).mean() == pytest.approx(theirs["precision"])
    assert metric_values("ndcg", ranks, k).mean() == pytest.approx(theirs["ndcg"])
    assert metric_values("mrr", ranks, k).mean() == pytest.approx(theirs["map"])
    assert 0 < theirs["precision"] < 1, "the case must have hits and misses"
