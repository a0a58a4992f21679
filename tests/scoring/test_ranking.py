import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from steamrec.scoring.bootstrap import bootstrap_mean
from steamrec.scoring.metrics import METRICS, metric_values
from steamrec.scoring.ranks import full_ranks, sampled_ranks
from steamrec.scoring.top_k import CHUNK, GROUP, NO_ITEM, top_k

BROKEN = np.array([np.nan, np.inf, -np.inf], np.float32)


def arrays(users, items, seed, levels, broken):
    """Scores with many ties and some not finite, owned items, and a target for each user."""
    rng = np.random.default_rng(seed)
    scores = rng.integers(0, levels, (users, items)).astype(np.float32)
    damage = rng.random(scores.shape) < broken
    scores[damage] = rng.choice(BROKEN, np.count_nonzero(damage))
    known = rng.random((users, items)) < 0.3
    targets = rng.integers(0, items, users).astype(np.int32)
    return scores, known, targets


def worlds_of(users, items):
    return st.builds(
        arrays,
        st.integers(1, users),
        st.integers(1, items),
        st.integers(0, 999),
        st.integers(1, 50),
        st.sampled_from([0, 0, 0.01, 0.3, 1]),
    )


def ahead(score, target):
    """Whether an item with this score stands before the held-out item; the slow twin.

    NaN is below all other scores, and of equals the held-out item is the last.
    """
    return math.isnan(target) or score >= target


def order(scores):
    """The key that sorts items best first, NaN last, ties by number."""
    return lambda item: (math.isnan(scores[item]), np.nan_to_num(-scores[item]), item)


worlds = worlds_of(5, 400)


@given(worlds)
def test_full_ranks_equal_counting(world):
    scores, known, targets = world
    rows = np.arange(len(scores), dtype=np.int32)
    ranks, candidates = full_ranks(scores.copy(), known, rows, targets)
    for user, target in enumerate(targets):
        others = [i for i in range(scores.shape[1]) if i != target and not known[user, i]]
        better = [item for item in others if ahead(scores[user, item], scores[user, target])]
        assert ranks[user] == 1 + len(better)
        assert candidates[user] == 1 + len(others)


def test_a_tie_counts_against_the_held_out_item():
    scores = np.zeros((1, 30), np.float32)
    row, target = np.array([0]), np.array([4])
    ranks, _ = full_ranks(scores, np.zeros((1, 30), bool), row, target)
    assert ranks.tolist() == [30]
    sampled, _ = sampled_ranks(scores, row, target, np.array([0, 10]), np.arange(5, 15))
    assert sampled.tolist() == [11]


def test_sampled_ranks_by_hand():
    scores = np.array([[0.1, 0.9, 0.5, 0.5, 0.2]], np.float32)
    rows, target = np.array([0]), np.array([2])
    ranks, candidates = sampled_ranks(scores, rows, target, np.array([0, 3]), np.array([0, 1, 3]))
    assert (ranks[0], candidates[0]) == (3, 4)
    # The target among its own candidates is scored once.
    others = np.array([0, 1, 2, 3])
    ranks, candidates = sampled_ranks(scores, rows, target, np.array([0, 4]), others)
    assert (ranks[0], candidates[0]) == (3, 4)


@given(worlds, st.integers(0, 99))
def test_sampled_ranks_equal_counting(world, seed):
    scores, _, targets = world
    rng = np.random.default_rng(seed)
    others = [rng.integers(0, scores.shape[1], rng.integers(0, 20)) for _ in targets]
    indptr = np.cumsum([0, *map(len, others)])
    rows = np.arange(len(targets), dtype=np.int32)
    ranks, candidates = sampled_ranks(scores, rows, targets, indptr, np.concatenate(others))
    for user, target in enumerate(targets):
        rivals = [item for item in others[user] if item != target]
        assert candidates[user] == 1 + len(rivals)
        assert ranks[user] == 1 + sum(ahead(scores[user, i], scores[user, target]) for i in rivals)


@given(worlds)
def test_places_and_a_mask_leave_out_the_same(world):
    scores, known, targets = world
    rows = np.arange(len(scores), dtype=np.int32)
    for function, rest in ((full_ranks, (rows, targets)), (top_k, (10,))):
        masked = function(scores.copy(), known, *rest)
        placed = function(scores.copy(), known.nonzero(), *rest)
        for one, other in zip(masked, placed, strict=True):
            np.testing.assert_array_equal(one, other)


@given(worlds, st.integers(1, 25))
def test_no_metric_is_above_1_whatever_the_scores(world, k):
    scores, known, targets = world
    rows = np.arange(len(scores), dtype=np.int32)
    candidates = np.tile(np.arange(scores.shape[1], dtype=np.int32), len(scores))
    indptr = np.arange(len(scores) + 1) * scores.shape[1]
    for ranks, of in (
        full_ranks(scores, known, rows, targets),
        sampled_ranks(scores, rows, targets, indptr, candidates),
    ):
        assert ((ranks >= 1) & (ranks <= of)).all()
        for metric in METRICS:
            values = metric_values(metric, ranks, k)
            assert ((values >= 0) & (values <= 1)).all()


@pytest.mark.parametrize("broken", BROKEN.tolist())
def test_scores_that_are_all_alike_rank_last(broken):
    scores = np.full((1, 30), broken, np.float32)
    row, target = np.array([0]), np.array([4])
    assert full_ranks(scores, np.zeros((1, 30), bool), row, target)[0].tolist() == [30]
    among = sampled_ranks(scores, row, target, np.array([0, 10]), np.arange(5, 15))
    assert among[0].tolist() == [11]


def test_one_nan_hides_no_other_item():
    scores = np.zeros((1, 40 * CHUNK), np.float32)
    scores[0, [7, 47, 87]] = [5, np.nan, 4]  # of one chunk
    items, _ = top_k(scores, np.zeros(scores.shape, bool), 2)
    assert items.tolist() == [[7, 87]]


def test_a_rank_below_1_is_refused():
    with pytest.raises(ValueError, match="count from 1"):
        metric_values("ndcg", np.array([1, 0]), 10)


def test_metrics_by_hand():
    ranks = np.array([1, 2, 10, 11])
    assert metric_values("hr", ranks, 10).tolist() == [1, 1, 1, 0]
    assert metric_values("mrr", ranks, 10) == pytest.approx([1, 0.5, 0.1, 0])
    expected = [1, 1 / math.log2(3), 1 / math.log2(11), 0]
    assert metric_values("ndcg", ranks, 10) == pytest.approx(expected)
    with pytest.raises(ValueError, match="no metric"):
        metric_values("map", ranks, 10)


@pytest.mark.parametrize("k", [1, 5, 10, 20])
def test_ndcg_is_that_of_the_general_formula(k):
    """The textbook NDCG over a relevance vector, for one relevant item."""
    for rank in range(1, 30):
        relevance = [float(place == rank) for place in range(1, 31)]
        gain = sum(rel / math.log2(place + 1) for place, rel in enumerate(relevance[:k], start=1))
        assert metric_values("ndcg", np.array([rank]), k)[0] == pytest.approx(gain)


@settings(max_examples=150, deadline=None)
@given(worlds_of(GROUP + 2, 1500), st.integers(1, 25), st.sampled_from([0, 0.4, 0.99, 1]))
def test_top_k_equals_sorting(world, k, part):
    scores, owned, _ = world
    left_out = np.random.default_rng(k).random(scores.shape[1]) < part
    excluded = np.flatnonzero(left_out).astype(np.int32) if part else None
    items, best = top_k(scores.copy(), owned, k, excluded)
    for user in range(len(scores)):
        free = np.flatnonzero(~owned[user] & ~left_out).tolist()
        expected = sorted(free, key=order(scores[user]))[:k]
        found = items[user][items[user] != NO_ITEM].tolist()
        assert found == expected
        np.testing.assert_array_equal(best[user, : len(found)], scores[user, expected])
        assert (items[user, len(found) :] == NO_ITEM).all()


def test_top_k_of_a_user_who_owns_nearly_everything_is_short():
    scores = np.random.default_rng(0).normal(size=(1, 40 * CHUNK)).astype(np.float32)
    owned = np.ones(scores.shape, bool)
    owned[0, [7, 900]] = False
    items, _ = top_k(scores, owned, 10)
    assert set(items[0, :2].tolist()) == {7, 900}
    assert (items[0, 2:] == NO_ITEM).all()


def test_the_interval_is_that_of_resampling_users():
    rng = np.random.default_rng(0)
    ranks = rng.geometric(0.15, 500)
    values = metric_values("ndcg", ranks, 10)
    cells = np.arange(1, 12)
    counts = np.bincount(np.minimum(ranks, 11), minlength=12)[1:]
    mean, low, high = bootstrap_mean(metric_values("ndcg", cells, 10), counts, 4000, 1)
    resampled = [rng.choice(values, len(values)).mean() for _ in range(4000)]
    assert mean == pytest.approx(values.mean())
    assert (low, high) == pytest.approx(tuple(np.percentile(resampled, [2.5, 97.5])), abs=0.003)


def test_an_average_over_nan_is_refused():
    with pytest.raises(ValueError, match="not finite"):
        bootstrap_mean(np.array([1.0, np.nan]), np.array([3, 1]), 10, 1)


def test_an_interval_of_nobody_is_refused():
    with pytest.raises(ValueError, match="no users"):
        bootstrap_mean(np.array([1.0]), np.array([0]), 10, 1)
