"""The features against slow twins that walk through the libraries in plain Python."""

import itertools

import numpy as np
import pytest

from steamrec.models.ranker.features import CLIP, FEATURES, candidates, features
from steamrec.models.ranker.ngrams import adjacent_keys, between_keys, implied_items, library_order
from tests.models.ranker.worlds import block_of, random_libraries, retrieval_of

ITEMS = 12


def test_library_order_is_that_of_the_places():
    ordered = library_order(block_of([[3, 1, 2], [0, 9, 4, 5]]))
    assert ordered.items.tolist() == [3, 1, 2, 0, 9, 4, 5]


def test_neighbours_never_cross_users():
    block = block_of([[3, 1, 2], [5], [0, 9], [4, 0, 9, 3]])
    assert adjacent_keys(block, 10).tolist() == [31, 12, 9, 40, 9, 93]
    assert between_keys(block, 10).tolist() == [321, 490, 39]


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
    log = lambda value: np.log(value + 1e-3)  # noqa: E731
    padded = [*given, 0, 0]
    return {
        "ease": ease[item],
        "gap_to_first": ease[chosen[0]] - ease[item],
        "log_owners": np.log(max(owners[item], 1)),
        "log_library": np.log(len(own)),
        "given_owned_max": log(given[0]),
        "given_owned_second": log(padded[1]),
        "given_owned_top": log(sum(padded[:3]) / 3),
        "given_owned_mean": log(sum(given) / len(given)),
        "given_candidate_max": log(max(back)),
        "given_candidate_mean": log(sum(back) / len(back)),
        "after": log(max(row(i, item) / max(owners[i], 1) for i in own)),
        "before": log(max(row(item, i) / max(owners[i], 1) for i in own)),
        "fits_a_slot": np.log1p(100 * max(fits, default=0)),
        "between": log(max(chances, default=0)),
        "between_any": log(1 - np.prod([1 - chance for chance in chances])),
    }


@pytest.mark.parametrize("seed", range(4))
def test_features_equal_their_slow_twins(seed):
    libraries = random_libraries(30, ITEMS, seed)
    retrieval = retrieval_of(libraries, ITEMS)
    names = list(FEATURES)
    for own in (*libraries[:6], [5], [2, 7]):
        ordered = np.array(own, np.int32)
        ease = retrieval.weights[ordered].sum(axis=0)
        chosen = candidates(ease, ordered, 6)
        table = features(retrieval, ease, ordered, chosen)
        assert table.shape == (len(chosen), len(FEATURES))
        assert np.isfinite(table).all()
        for place, item in enumerate(chosen.tolist()):
            slow = slow_values(libraries, own, item, ITEMS, ease, chosen)
            for name, value in slow.items():
                mean, spread = FEATURES[name]
                wanted = np.clip((value - mean) / spread, -CLIP, CLIP)
                assert table[place, names.index(name)] == pytest.approx(wanted, abs=2e-3), name


def test_candidates_are_the_best_unowned_and_ties_go_to_the_lower_number():
    ease = np.array([5, 1, 3, 3, 9, 3], np.float32)
    owned = np.array([4], np.int32)
    assert candidates(ease, owned, 3).tolist() == [0, 2, 3]
    assert candidates(ease, owned, 50).tolist() == [0, 2, 3, 5, 1]
    assert candidates(ease, np.arange(6, dtype=np.int32), 3).tolist() == []


def test_what_all_owners_of_an_item_own_is_implied_by_it():
    """Item 0 is a part of package {0, 1}; item 2 is everybody's."""
    together = np.array([[0, 10, 10, 0], [10, 0, 12, 2], [10, 12, 0, 50], [0, 2, 50, 0]], float)
    owners = np.array([10, 12, 100, 50], np.float32)
    implied, strengths = implied_items(together, owners, 100)
    assert implied[0, 0] == 1
    assert strengths[0, 0] == pytest.approx(np.log((1 - 0.12) / (1 - 10 / 12)), rel=1e-5)
    assert (strengths >= 0).all()


def test_gaps_between_places_say_nothing():
    """A held-out item leaves a gap; the features may see the order only."""
    one, other = block_of([[3, 1, 2]]), block_of([[3, 1, 2]])
    other.places[:] = np.array([40, 900, 3])
    assert library_order(one).items.tolist() == library_order(other).items.tolist()
