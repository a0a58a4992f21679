"""The network's weight: won on validation items, or EASE's order stays."""

import numpy as np
import pytest

from steamrec.models.ranker.mix import choose_weight, likely_better, mixed


def metric_of(gains):
    """A metric that exceeds EASE's by the gains of a weight."""
    ease = np.random.default_rng(1).random(len(next(iter(gains.values()))))
    return lambda weight: ease + gains.get(weight, 0)


def test_a_sure_gain_lets_the_network_decide_alone():
    gain = np.random.default_rng(2).normal(0.02, 0.1, 600)
    assert choose_weight(metric_of({1.0: gain, 0.5: gain + 1})) == 1


def test_a_gain_that_may_be_luck_leaves_the_order_of_ease():
    gain = np.random.default_rng(3).normal(0, 0.1, 600)
    gain += 0.003 - gain.mean()  # a standard error is 0.004
    assert choose_weight(metric_of({1.0: gain, 0.5: gain})) == 0
    assert choose_weight(metric_of({1.0: -abs(gain), 0.5: np.zeros(600)})) == 0


def test_half_the_weight_wins_where_the_whole_does_not():
    gain = np.random.default_rng(4).normal(0.02, 0.1, 600)
    assert choose_weight(metric_of({1.0: gain - 0.04, 0.5: gain})) == 0.5


def test_one_validation_user_is_enough_for_an_answer():
    assert choose_weight(metric_of({1.0: np.zeros(1), 0.5: np.zeros(1)})) == 0


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("weight", [0, 0.5, 1])
def test_a_single_candidate_and_equal_scores_are_mixed(weight):
    for size in (1, 3):
        scores = mixed(np.full(size, 2.5, "f4"), np.full(size, 0.1, "f4"), weight)
        assert scores.shape == (size,) and len(set(scores.tolist())) == 1


def test_what_may_be_luck_is_not_better():
    gain = np.random.default_rng(5).normal(0, 0.1, 400)
    gain -= gain.mean()
    for mean, better in ((0.004, False), (0.006, True), (-0.02, False), (0, False)):
        assert likely_better(0.3 + gain + mean, np.full(400, 0.3)) == better
    assert not likely_better(np.ones(3), np.ones(3))
