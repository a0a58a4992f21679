"""The features against slow twins: walks through the libraries in plain Python, and NumPy."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from steamrec.models.ease.scorer import EaseScorer
from steamrec.models.ranker.candidates import candidates
from steamrec.models.ranker.features import FEATURES, features
from steamrec.models.ranker.ngrams import adjacent_keys, between_keys, implied_items, library_order
from tests.models.ranker import twins
from tests.models.ranker.worlds import batch_of, random_libraries, retrieval_of

ITEMS = 12


def test_library_order_follows_the_positions():
    ordered = library_order(batch_of([[3, 1, 2], [0, 9, 4, 5]]))
    assert ordered.indices.tolist() == [3, 1, 2, 0, 9, 4, 5]


def test_neighbours_never_cross_users():
    batch = batch_of([[3, 1, 2], [5], [0, 9], [4, 0, 9, 3]])
    assert adjacent_keys(batch, 10).tolist() == [31, 12, 9, 40, 9, 93]
    assert between_keys(batch, 10).tolist() == [321, 490, 39]


def slow_values(libraries, own, item, known, ease, chosen):
    """The features that come from counting, of one candidate, walked through in Python."""
    owners = [sum(i in library for library in libraries) for i in range(known)]
    both = [sum(i in lib and item in lib for lib in libraries) for i in own]
    given = sorted((b / max(owners[i], 1) for b, i in zip(both, own, strict=True)), reverse=True)
    back = [b / max(owners[item], 1) for b in both]

    def row(*wanted):
        n = len(wanted)
        return sum(
            tuple(lib[k : k + n]) == wanted for lib in libraries for k in range(len(lib) - n + 1)
        )

    chances = [
        row(a, item, b) / (row(a, b) + row(a, item, b) + 1) for a, b in itertools.pairwise(own)
    ]
    fits = [
        row(a, item) * row(item, b) / (max(owners[item], 1) * max(row(a, b), 1))
        for a, b in itertools.pairwise(own)
    ]
    padded = [*given, 0, 0]
    return {
        "ease": ease[item],
        "gap_to_first": ease[chosen[0]] - ease[item],
        "log_owners": np.log(max(owners[item], 1)),
        "log_library": np.log(len(own)),
        "given_owned_max": given[0],
        "given_owned_second": padded[1],
        "given_owned_top": sum(padded[:3]) / 3,
        "given_owned_mean": sum(given) / len(given),
        "given_candidate_max": max(back),
        "given_candidate_mean": sum(back) / len(back),
        "after": max(row(i, item) / max(owners[i], 1) for i in own),
        "before": max(row(item, i) / max(owners[i], 1) for i in own),
        "fits_a_slot": max(fits, default=0),
        "between": max(chances, default=0),
        "between_any": 1 - np.prod([1 - chance for chance in chances]),
    }


@pytest.mark.parametrize("seed", range(4))
def test_features_equal_their_slow_twins(seed):
    libraries = random_libraries(30, ITEMS, seed)
    retrieval = retrieval_of(libraries, ITEMS)
    names = list(FEATURES)
    for own in (*libraries[:6], [5], [2, 7]):
        batch = batch_of([own])
        [ease] = scores = EaseScorer.of(retrieval.weights).scores(batch)
        found = candidates(scores, batch, 6)
        chosen = found.of(0)
        table = np.stack(features(retrieval, scores, library_order(batch), found), axis=1)
        assert table.shape == (len(chosen), len(FEATURES))
        assert np.isfinite(table).all()
        for place, item in enumerate(chosen.tolist()):
            slow = slow_values(libraries, own, item, ITEMS, ease, chosen)
            for name, value in slow.items():
                got = table[place, names.index(name)]
                assert got == pytest.approx(value, rel=1e-4, abs=1e-5), name


@st.composite
def worlds(draw):
    """The number of items, libraries to count on, and a batch of others, some without items."""
    items = draw(st.integers(2, 30))

    def libraries(smallest):
        library = st.lists(st.integers(0, items - 1), unique=True, min_size=smallest)
        return draw(st.lists(library, min_size=1, max_size=20))

    return items, libraries(1), libraries(0)


@settings(max_examples=150, deadline=None)
@given(worlds(), st.integers(1, 12))
def test_a_batch_has_the_bits_of_the_numpy_twins(world, count):
    items, counted, libraries = world
    retrieval = retrieval_of(counted, items)
    batch = batch_of(libraries)
    ordered = library_order(batch)
    ease = EaseScorer.of(retrieval.weights).scores(batch)
    found = candidates(ease, batch, count)
    table = np.stack(features(retrieval, ease, ordered, found), axis=1)
    for row, library in enumerate(libraries):
        owned = np.array(library, np.int32)
        chosen = twins.candidates(ease[row], owned, count if library else 0)
        assert found.of(row).tolist() == chosen.tolist()
        if not len(chosen):
            continue
        wanted = twins.features(retrieval, ease[row], owned, chosen)
        got = table[found.indptr[row] : found.indptr[row + 1]]
        if len(chosen) > 1:
            assert (got == wanted).all()
        else:  # NumPy adds a single column in pairs
            np.testing.assert_allclose(got, wanted, atol=1e-5)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from([-1.5, -0.0, 0.0, 0.25, 2.0, 3.0]), min_size=1), st.data())
def test_candidates_have_the_order_of_a_stable_sort(scores, data):
    ease = np.array([scores], np.float32)
    owned = data.draw(st.lists(st.integers(0, len(scores) - 1), unique=True, min_size=1))
    found = candidates(ease, batch_of([owned]), data.draw(st.integers(1, 70)))
    order = [i for i in np.argsort(-ease[0], kind="stable").tolist() if i not in owned]
    assert found.items.tolist() == order[: len(found.items)]


def test_candidates_are_the_best_unowned_and_ties_go_to_the_lower_number():
    ease = np.array([[5, 1, 3, 3, 9, 3]] * 3, np.float32)
    batch = batch_of([[4], [], list(range(6))])
    assert candidates(ease, batch, 3).items.tolist() == [0, 2, 3]
    found = candidates(ease, batch, 50)
    assert [found.of(row).tolist() for row in range(3)] == [[0, 2, 3, 5, 1], [], []]
    assert found.rows.tolist() == [0] * 5


def test_what_all_owners_of_an_item_own_is_implied_by_it():
    """Item 0 is a part of package {0, 1}; item 2 is everybody's."""
    together = np.array([[0, 10, 10, 0], [10, 0, 12, 2], [10, 12, 0, 50], [0, 2, 50, 0]], float)
    owners = np.array([10, 12, 100, 50], np.float32)
    implied, strengths = implied_items(together, owners, 100)
    assert implied[0, 0] == 1
    assert strengths[0, 0] == pytest.approx(np.log((1 - 0.12) / (1 - 10 / 12)), rel=1e-5)
    assert (strengths >= 0).all()


def test_gaps_between_positions_say_nothing():
    """A held-out item leaves a gap; the features may see the order only."""
    one, other = batch_of([[3, 1, 2]]), batch_of([[3, 1, 2]])
    other.positions[:] = np.array([40, 900, 3])
    assert library_order(one).indices.tolist() == library_order(other).indices.tolist()
