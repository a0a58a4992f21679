import numpy as np
import pandas as pd
import pytest

from steamrec.errors import UsageError
from steamrec.serving.recommender import open_recommender
from tests.support.small_workspace import write_small_workspace


@pytest.fixture(scope="module")
def recommender(tmp_path_factory):
    folder = tmp_path_factory.mktemp("w")
    write_small_workspace(folder, facts=True)
    return open_recommender(str(folder))


def ids(found):
    return [item.item_id for item in found]


def test_a_users_list_says_why(recommender):
    found = recommender.recommend("known")
    assert ids(found) == ["20", "40"]
    first = found[0]
    assert (first.rank, first.item_name, first.score) == (1, "Portal 2", 2.5)
    assert first.because == ("Portal", "Doom")
    assert (first.price, first.genres) == (9.99, ("Action", "Puzzle", "Co-op", "Comedy"))
    assert found.owned == ("Portal", "Doom")
    assert (found.source, found.date, len(found)) == ("ease", "2026-01-31", 2)
    assert ids(recommender.recommend("known", k=1)) == ["20"]
    frame = found.to_pandas()
    assert list(frame.columns) == [
        "rank", "item_id", "item_name", "score", "because", "price", "genres",
    ]  # fmt: skip
    assert "Portal 2" in found._repr_html_()


def test_ids_may_be_integers(recommender):
    wanted = recommender.recommend_items(["30", "50"])
    assert ids(wanted) == ["40", "20"]
    for given in ([30, 50], np.array([30, 50]), pd.Series(["30", "50"]), iter(["30", "50"])):
        assert recommender.recommend_items(given) == wanted


def test_an_item_by_its_name_a_part_of_it_or_its_id(recommender):
    wanted = recommender.similar("Doom")
    assert ids(wanted) == ["40", "20"]
    assert wanted.owned == ("Doom",)
    assert all(item.because == () for item in wanted)
    for given in ("doom", "oom", "30", 30):
        assert recommender.similar(given) == wanted


@pytest.mark.parametrize("k", [0, -1, 1.5, "3", None, True])
def test_k_is_an_integer_from_1(recommender, k):
    for ask in (
        lambda: recommender.recommend("known", k),
        lambda: recommender.recommend_items(["10"], k),
        lambda: recommender.similar("Doom", k),
    ):
        with pytest.raises(UsageError, match="k must be an integer, 1 or more"):
            ask()
    assert len(recommender.similar("Doom", np.int64(1))) == 1


@pytest.mark.parametrize(
    ("method", "argument", "words"),
    [
        ("recommend", "stranger", "has no list for user 'stranger'"),
        ("recommend", 1.5, "takes ids as text or integers, not 1.5"),
        ("recommend", None, "takes ids as text or integers"),
        ("recommend_items", "10", "takes a list of ids"),
        ("recommend_items", 10, "takes a list of ids"),
        ("recommend_items", [], "item_ids is empty"),
        ("recommend_items", ["10", None], "takes ids as text or integers"),
        ("recommend_items", ["10", "99"], "has no item 99"),
        ("similar", "port", r"fits several games: Portal \(10\)"),
        ("similar", "Dooom", r"No game is called 'Dooom'; the closest names: Doom \(30\)"),
        ("similar", "99", "No game is called '99'"),
        ("similar", ["Doom"], "takes ids as text or integers"),
    ],
)
def test_what_cannot_be_answered_is_one_sentence(recommender, method, argument, words):
    with pytest.raises(UsageError, match=words):
        getattr(recommender, method)(argument)


def test_a_name_wins_over_an_id(tmp_path):
    """Some games are called by a number, which may be another game's id."""
    from steamrec.serving.catalogue import Catalogue

    catalogue = Catalogue(["140", "2", "1"], ["Doom", "140", "1 2"], [1, 1, 1])
    assert catalogue.of_name_or_id("140") == 1
    assert catalogue.of_name_or_id("2") == 1
    assert catalogue.of_name_or_id("1 2") == 2
