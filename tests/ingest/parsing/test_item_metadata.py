"""The shape of a line of the items' file, and prices in words."""

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from steamrec.ingest.parsing import ItemMetadata, Limits, Unreadable, read_item_metadata
from steamrec.ingest.parsing.price import price_of
from steamrec.synthetic.item_metadata import _literal
from tests.ingest.hostile import INTEGER, OTHER, TEXT

LIMITS = Limits()
LINE = (
    r"{u'publisher': u'EVGA', u'genres': [u'Utilities', u'Design &amp; Illustration'], "
    r"u'title': u'HITMAN\u2122', u'url': u'http://x/', u'release_date': u'Soon..', "
    r"u'tags': [u'Utilities', u'Design & Illustration', u'Utilities', u\"Beat 'em up\"], "
    r"u'price': u'Free to Play', u'early_access': False, u'metascore': 96, u'id': u'268850', "
    r"u'developer': u'EVGA'}"
).replace('\\"', '"')


def read(value: dict[Any, Any]) -> ItemMetadata:
    return read_item_metadata(repr(value).encode(), LIMITS)


def test_a_line_by_hand() -> None:
    assert read_item_metadata(LINE.encode(), LIMITS) == ItemMetadata(
        item_id="268850",
        genres=["Utilities", "Design & Illustration"],
        tags=["Utilities", "Design & Illustration", "Beat 'em up"],
        price=0.0,
        release_date="Soon..",
        publisher="EVGA",
        developer="EVGA",
    )


def test_everything_may_be_missing() -> None:
    nothing = ItemMetadata(None, [], [], None, None, None, None)
    assert read({}) == read(dict.fromkeys(("id", "genres", "price", "developer"))) == nothing


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"id": 10}, "id is an integer, not a string"),
        ({"id": "\ud800"}, "id holds a lone surrogate"),
        ({"genres": "Action"}, "genres is a string, not a list"),
        ({"tags": ("Action",)}, "tags is a tuple, not a list"),
        ({"tags": ["Action", None]}, "one of tags is None, not a string"),
        ({"price": True}, "price is True or False, not a number"),
        ({"price": [1]}, "price is a list, not a number"),
        ({"price": -0.01}, "price is not a number of 0 or more"),
        ({"price": 10**400}, "price is not a number of 0 or more"),
        ({"developer": b"x"}, "developer is bytes, not a string"),
    ],
)
def test_refused_with_a_reason(change: dict[str, Any], reason: str) -> None:
    with pytest.raises(Unreadable) as refused:
        read({"id": "10"} | change)
    assert str(refused.value).startswith(reason)


@pytest.mark.parametrize("line", [b"", b"[1]", b"{u'id': f()}", b"{'price': 1e999}", b"{" * 99])
def test_what_is_no_dict_of_facts_is_refused(line: bytes) -> None:
    with pytest.raises(Unreadable):
        read_item_metadata(line, LIMITS)


# Every price in words of the real file, and what could be taken for one.
@pytest.mark.parametrize(
    ("price", "wanted"),
    [
        ("Free", 0.0), ("Free to Play", 0.0), ("Free To Play", 0.0), ("Free Mod", 0.0),
        ("Free Demo", 0.0), ("Play for Free!", 0.0), ("Free to Try", 0.0), ("Free Movie", 0.0),
        ("Free to Use", 0.0), (" FREE\n", 0.0),
        ("Starting at $499.00", 499.0), ("$1,449.50", 1449.5), ("19.99", 19.99), ("0", 0.0),
        # Buttons that name no price; those of demos and gifts stand on pages of paid games.
        ("Third-party", None), ("Play Now", None), ("Install Now", None), ("Install Theme", None),
        ("Play WARMACHINE: Tactics Demo", None), ("Play the Demo", None),
        ("Free HITMAN™ Holiday Pack", None),
        ("Not free", None), ("Freedom", None), ("Free weekend", None), ("", None), ("1.2.3", None),
        ("-5", None), ("$5 to $9", None), ("٣", None), ("1e9", None), ("nan", None),
        (9.99, 9.99), (10, 10.0), (0, 0.0), (None, None),
    ],
)  # fmt: skip
def test_prices(price: Any, wanted: float | None) -> None:
    assert price_of(price) == wanted


@given(st.one_of(TEXT, INTEGER, OTHER, st.floats(), st.integers()))
@example(float("nan"))
@example(float("inf"))
@example(-0.0)
@example(2**63 - 1)
def test_a_price_is_none_or_a_finite_number_from_0_up(value: Any) -> None:
    try:
        price = price_of(value)
    except Unreadable:
        assert type(value) is not str
        return
    assert price is None or (type(price) is float and 0 <= price < float("inf"))
    assert str(price) != "-0.0"


@given(st.integers(0, 99_999), st.sampled_from(["{}", "${}", "Starting at ${}", "starting at {}"]))
def test_amounts_in_words_are_the_amounts(cents: int, words: str) -> None:
    amount = f"{cents // 100:,}.{cents % 100:02}"
    assert price_of(words.format(amount)) == cents / 100


LABELS = st.lists(st.one_of(TEXT, st.sampled_from(["RPG", "rpg", "A &amp; B", " ", "&#xD800;"])))


@given(
    st.fixed_dictionaries(
        {},
        optional={"id": TEXT, "genres": LABELS, "tags": LABELS, "price": st.one_of(OTHER, TEXT),
                  "publisher": st.one_of(TEXT, OTHER), "specs": LABELS},
    )
)  # fmt: skip
def test_any_line_is_read_or_refused_in_both_pythons_words(value: dict[str, Any]) -> None:
    """Read from Python 3's repr and from Python 2's (u'' and ASCII) alike."""
    lines = [repr(value).encode("utf-8", "surrogatepass"), _literal_dict(value).encode()]
    results = []
    for line in lines:
        try:
            results.append(read_item_metadata(line, LIMITS))
        except Unreadable as error:
            results.append(str(error))
    assert results[0] == results[1] or "UTF-8" in str(results)
    facts = results[1]
    if isinstance(facts, ItemMetadata):
        assert facts.item_id == value.get("id")
        for labels in (facts.genres, facts.tags):
            assert len(set(labels)) == len(labels)
            assert all(label == label.strip() != "" for label in labels)
            "".join(labels).encode()


def _literal_dict(value: dict[str, Any]) -> str:
    return "{" + ", ".join(f"{_literal(k)}: {_literal(v)}" for k, v in value.items()) + "}"
