import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from steamrec.data.user_batches import UserBatch
from steamrec.errors import RunError
from steamrec.sampling import free_items as free
from steamrec.sampling import negatives
from steamrec.sampling.free_items import (
    TOTAL_WEIGHT,
    free_items,
    popularity_weights,
    weighted_free_items,
)
from steamrec.sampling.negatives import MISSING, eval_negatives, train_negatives
from steamrec.sampling.rng import (
    EVAL_NEGATIVES,
    TRAIN_NEGATIVES,
    bounded,
    mix,
    stream_keys,
    words,
)

ITEMS = 12


def batch_of(owned, first=0):
    users = np.arange(first, first + len(owned), dtype=np.int32)
    indptr = np.cumsum([0, *map(len, owned)]).astype(np.int64)
    items = np.array([item for items in owned for item in sorted(items)], np.int32)
    return UserBatch(0, users, indptr, items)


libraries = st.lists(st.sets(st.integers(0, ITEMS - 1)), min_size=1, max_size=6)


@given(libraries)
def test_free_items_are_the_items_that_are_not_owned(owned):
    batch = batch_of(owned)
    for user, items in enumerate(owned):
        free = [item for item in range(ITEMS) if item not in items]  # the obvious twin
        ranks = np.arange(len(free))
        found = free_items(batch, np.full(len(free), user), ranks, ITEMS)
        assert found.tolist() == free


@given(libraries, st.lists(st.integers(1, 5), min_size=ITEMS, max_size=ITEMS))
def test_weighted_free_items_lay_the_free_items_end_to_end(owned, weights):
    batch = batch_of(owned)
    cumulative = np.append(0, np.cumsum(weights)).astype(np.int64)
    for user, items in enumerate(owned):
        line = [item for item in range(ITEMS) if item not in items for _ in range(weights[item])]
        points = np.arange(len(line))
        found = weighted_free_items(batch, np.full(len(line), user), points, cumulative)
        assert found.tolist() == line


@settings(deadline=None)
@given(
    st.lists(st.integers(0, 2**62), min_size=1, max_size=30),
    st.sampled_from([0.0, 0.5, 0.75, 1.0, 3.0, 400.0]),
)
def test_popularity_weights_are_owners_to_the_power(owners, power):
    cumulative = popularity_weights(np.array(owners), power)
    widths = np.diff(cumulative)
    assert cumulative[0] == 0
    assert cumulative[-1] <= TOTAL_WEIGHT
    assert (widths >= 1).all()  # no item is out of reach
    most = max(max(owners), 1)
    parts = [Fraction(math.exp(power * math.log(max(own, 1) / most))) for own in owners]
    for width, part in zip(widths.tolist(), parts, strict=True):
        assert width == pytest.approx(float(TOTAL_WEIGHT * part / sum(parts)), rel=1e-6, abs=32)


def test_popularity_weights_of_more_items_than_fit_are_refused(monkeypatch):
    monkeypatch.setattr(free, "TOTAL_WEIGHT", 3)
    assert popularity_weights(np.array([5, 0, 1]), 1.0).tolist() == [0, 1, 2, 3]
    with pytest.raises(RunError, match="at most 3 items"):
        popularity_weights(np.ones(4, np.int64), 1.0)


@given(libraries, st.integers(1, 4), st.integers(0, 2**40), st.integers(0, 30))
def test_train_negatives_are_never_owned_and_stand_user_after_user(owned, count, seed, epoch):
    batch = batch_of(owned, first=7)
    rows = np.array([len(items) for items in owned])
    drawn = train_negatives(batch, rows, count, ITEMS, seed, epoch)
    assert drawn.shape == (count, rows.sum())
    for items, part in zip(owned, np.split(drawn, np.cumsum(rows)[:-1], axis=1), strict=True):
        if len(items) == ITEMS:
            assert (part == MISSING).all()
        else:
            assert not items & set(part.ravel().tolist())
            assert part.size == 0 or (part.min() >= 0 and part.max() < ITEMS)


def slow_twin(user, owned, draws, seed, epoch):
    """The definition, one draw at a time."""
    free = [item for item in range(ITEMS) if item not in owned]
    key = stream_keys(seed, TRAIN_NEGATIVES, epoch, np.array([user]))
    drawn = []
    for draw in draws:
        word = words(key, np.array([draw]))
        item = int(bounded(word, np.array([ITEMS]))[0])
        if item in owned:
            item = free[bounded(mix(word), np.array([len(free)]))[0]]
        drawn.append(item)
    return drawn


def test_train_negatives_equal_their_definition():
    owned = [{0, 3, 4}, {11}, set(range(11))]
    drawn = train_negatives(batch_of(owned, first=40), np.array([2, 1, 3]), 2, ITEMS, 5, 9)
    expected = [
        *slow_twin(40, owned[0], range(4), 5, 9),
        *slow_twin(41, owned[1], range(2), 5, 9),
        *slow_twin(42, owned[2], range(6), 5, 9),
    ]
    assert drawn.T.ravel().tolist() == expected


@pytest.mark.parametrize("cells", [1, 3 * ITEMS])
def test_draws_do_not_depend_on_the_portions(cells, monkeypatch):
    owned = [{0, 3, 4}, set(), set(range(12)), {11}, {5}]
    whole = train_negatives(batch_of(owned), np.array([2, 0, 3, 1, 9]), 3, ITEMS, 5, 9)
    monkeypatch.setattr(negatives, "PORTION", 4)
    monkeypatch.setattr(negatives, "CELLS", cells)
    parted = train_negatives(batch_of(owned), np.array([2, 0, 3, 1, 9]), 3, ITEMS, 5, 9)
    assert parted.tolist() == whole.tolist()


def test_a_draw_depends_on_seed_epoch_and_user_alone():
    owned = [{1, 2}, {3}, {4, 5, 6}]
    together = train_negatives(batch_of(owned), np.array([3, 3, 3]), 4, ITEMS, 1, 2)
    alone = train_negatives(batch_of(owned[1:2], first=1), np.array([3]), 4, ITEMS, 1, 2)
    assert together[:, 3:6].tolist() == alone.tolist()
    for other in ((2, 2), (1, 3)):
        changed = train_negatives(batch_of(owned), np.array([3, 3, 3]), 4, ITEMS, *other)
        assert changed.tolist() != together.tolist()


@pytest.mark.parametrize("weighted", [False, True])
def test_train_negatives_are_spread_as_asked(weighted):
    owned = {0, 5, 6, 11}
    weights = np.arange(1, ITEMS + 1) if weighted else np.ones(ITEMS, np.int64)
    cumulative = np.append(0, np.cumsum(weights)) if weighted else None
    drawn = train_negatives(batch_of([owned]), np.array([50_000]), 4, ITEMS, 3, 0, cumulative)
    free = np.array(sorted(set(range(ITEMS)) - owned))
    seen = np.bincount(drawn.ravel(), minlength=ITEMS)[free]
    expected = weights[free] / weights[free].sum() * drawn.size
    assert stats.chisquare(seen, expected).pvalue > 1e-3
    pairs = np.bincount(drawn[0] * ITEMS + drawn[1], minlength=ITEMS**2)
    both = (free[:, None] * ITEMS + free).ravel()
    likely = np.outer(expected, expected).ravel() / drawn.size**2 * drawn.shape[1]
    assert stats.chisquare(pairs[both], likely).pvalue > 1e-3


@given(libraries, st.integers(1, ITEMS), st.integers(0, 2**40))
def test_eval_negatives_are_distinct_and_never_owned(owned, count, seed):
    drawn = eval_negatives(batch_of(owned), count, ITEMS, seed)
    for items, some in zip(owned, drawn, strict=True):
        chosen = set(some.tolist())
        assert len(chosen) == len(some) == min(count, ITEMS - len(items))
        assert not chosen & items


def test_every_set_of_eval_negatives_is_equally_likely():
    users = 60_000
    owned = [{0, 3, 8, 9, 10, 11}] * users
    drawn = np.stack(eval_negatives(batch_of(owned), 3, ITEMS, 1))
    _, seen = np.unique(drawn, axis=0, return_counts=True)
    assert len(seen) == 20  # 6 free items, 3 chosen
    assert stats.chisquare(seen).pvalue > 1e-3


def test_streams_of_different_purposes_differ():
    users = np.arange(100)
    train = stream_keys(1, TRAIN_NEGATIVES, 0, users)
    other = stream_keys(1, EVAL_NEGATIVES, 0, users)
    assert not set(train.tolist()) & set(other.tolist())


@given(st.integers(0, 2**64 - 1), st.integers(1, 2**32 - 1))
def test_bounded_is_the_high_part_of_the_product(word, bound):
    found = bounded(np.array([word], np.uint64), np.array([bound]))
    assert found[0] == word * bound >> 64
