import pytest

from steamrec.serving.item_metadata import genre_words, known_facts, price_words
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
    workspace = write_small_workspace(tmp_path / "with", facts=True)
    found = known_facts(workspace, ["20", "30", "10", "nothing"])
    assert {item: about["price"] for item, about in found.items()} == {"20": 9.99, "30": 0.0}
    assert known_facts(workspace, []) == {}
    assert known_facts(write_small_workspace(tmp_path / "without"), ["20"]) == {}
    workspace.remove("item_facts/_SUCCESS")  # a night died while it wrote them
    assert known_facts(workspace, ["20"]) == {}
