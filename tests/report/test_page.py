import re

import pytest

from steamrec.report.page import headline, render, shown_cutoff
from tests.report.example_data import HOSTILE, MODELS, make_facts


def test_equal_facts_give_equal_bytes():
    assert render(make_facts()) == render(make_facts())


def test_nothing_is_fetched_and_nothing_hostile_is_markup():
    page = render(make_facts(HOSTILE, HOSTILE))
    assert "<script" not in page
    assert "<img" not in page
    assert "49" not in re.sub(r"<svg.*?</svg>", "", page, flags=re.DOTALL)  # {{ 7*7 }} stays text
    fetching = re.findall(r'(?:src|href)="(?!#|data:)[^"]*"|url\((?!#)', page)
    assert fetching == []


def test_the_table_has_both_protocols_with_intervals_and_popularity_first():
    table = headline(make_facts()["metrics"]["results"])
    assert table["columns"] == [
        "HR@10, full",
        "NDCG@10, full",
        "HR@10, sampled",
        "NDCG@10, sampled",
    ]
    assert [model for model, _ in table["rows"]] == list(MODELS)
    for _, cells in table["rows"]:
        assert all(low < value < high for value, low, high in cells)


def test_the_cold_users_table_is_there_when_they_are_measured():
    facts = make_facts()
    assert "Quality for cold users" not in render(facts)
    facts["metrics"]["cold"] = [
        {"model": model, "metric": metric, "k": k, "value": 0.1234 * k / 10, "ci95": [0.01, 0.5],
         "users": 1234}
        for model in ("popularity", "ease") for metric in ("hr", "ndcg", "mrr") for k in (5, 10)
    ]  # fmt: skip
    page = render(facts)
    cold = page[page.index("Quality for cold users") : page.index("What the lists are like")]
    assert "1,234 users" in cold
    assert cold.count("0.1234") == 4
    assert "HR@10" in cold


def test_the_shown_cutoff():
    assert shown_cutoff([{"k": 5}, {"k": 10}, {"k": 20}]) == 10
    assert shown_cutoff([{"k": 5}, {"k": 7}]) == 7


@pytest.mark.parametrize("missing", ["users", "refused", "curves", "genres"])
def test_what_a_night_may_lack_is_left_out(missing):
    facts = make_facts()
    facts[missing] = type(facts[missing])()
    page = render(facts)
    titles = {
        "users": "Lists of a few users", "refused": "most frequent", "curves": ">Training<",
        "genres": "what is recommended, by genre",
    }  # fmt: skip
    title = titles[missing]
    assert title in render(make_facts())
    assert title not in page


def test_a_night_with_facts_says_so_and_shows_them():
    facts = make_facts()
    facts["users"][0]["list"][0]["about"] = "$9.99 · RPG"
    page = render(facts)
    assert "known for 40 of" in page
    assert "1.25 · $9.99 · RPG</span>" in page
    del facts["counts"]["item_metadata"]
    facts["users"][0]["list"][0]["about"] = ""
    plain = render(facts)
    assert "are known of" not in plain
    assert "1.25</span>" in plain
