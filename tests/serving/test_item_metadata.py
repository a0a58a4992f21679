import pytest

from steamrec.serving.item_metadata import genre_words, known_facts, price_words
from steamrec.serving.serving_set import open_serving_set
from tests.support.small_workspace import write_small_workspace


@pytest.mark.parametrize(
    ("price", "words"),
    [(None, ""), (0.0, "free"), (0.49, "$0.49"), (9.9, "$9.90"), (1234.5, "$1,234.50")],
)
def test_prices_for_people(price, words):
    assert price_words(price) == words


def test_the_first_three_genres_are_told():
    assert genre_words(["Action", "RPG", "Indie", "Casual"]) == "Action, RPG, Indie"
    assert genre_words([]) == genre_words(None) == ""


def test_facts_are_found_by_id_where_there_are_any(tmp_path):
    write_small_workspace(tmp_path / "with", facts=True)
    served = open_serving_set(str(tmp_path / "with"))
    found = known_facts(served, ["20", "30", "10", "nothing"])
    assert {item: about["price"] for item, about in found.items()} == {"20": 9.99, "30": 0.0}
    assert known_facts(served, []) == {}
    write_small_workspace(tmp_path / "without")
    assert known_facts(open_serving_set(str(tmp_path / "without")), ["20"]) == {}
