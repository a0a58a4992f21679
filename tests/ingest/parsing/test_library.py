"""The shape of a library."""

from typing import Any

import pytest

from steamrec.ingest.parsing import Item, Library, Limits, Unreadable, read_library

LIMITS = Limits()
ITEM = {"item_id": "10", "item_name": "Half-Life", "playtime_forever": 6, "playtime_2weeks": 0}
LIBRARY = {
    "user_id": "gordon",
    "items_count": 1,
    "steam_id": "76561190000000479",
    "user_url": "http://steamcommunity.com/id/gordon",
    "items": [ITEM],
}


def read(value: Any) -> Library:
    return read_library(repr(value).encode("utf-8"), LIMITS)


def test_a_library() -> None:
    assert read(LIBRARY) == Library(
        "gordon",
        1,
        "76561190000000479",
        "http://steamcommunity.com/id/gordon",
        [Item("10", "Half-Life", 6, 0)],
    )


@pytest.mark.parametrize(
    "change",
    [
        {"items_count": 7},
        {"items_count": -1},
        {"items_count": 2**31 - 1},
        {"user_id": ""},
        {"user_id": "\x00\n'\"\\\U0001f600"},
        {"more": [None, 1.5, "\ud800"]},
        {"items": []},
        {"items": [ITEM | {"playtime_forever": -(2**63), "img": b"x"}]},
    ],
)
def test_accepted_as_it_stands(change: dict[str, Any]) -> None:
    wanted = LIBRARY | change
    got = read(wanted)._asdict()
    for key in LIBRARY:
        if key != "items":
            assert got[key] == wanted[key]
    assert [item._asdict() for item in got["items"]] == [
        {key: item[key] for key in ITEM} for item in wanted["items"]
    ]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"user_id": 12}, "user_id is an integer, not a string"),
        ({"user_id": b"x"}, "user_id is bytes, not a string"),
        ({"user_id": "\ud83d\ude00"}, "user_id holds a lone surrogate, which UTF-8 cannot store"),
        ({"steam_id": None}, "steam_id is None, not a string"),
        ({"user_url": ["x"]}, "user_url is a list, not a string"),
        ({"items_count": "1"}, "items_count is a string, not an integer"),
        ({"items_count": True}, "items_count is True or False, not an integer"),
        ({"items_count": 1.0}, "items_count is a number with a fraction or exponent, not an"),
        ({"items_count": 1j}, "items_count is a complex number, not an integer"),
        ({"items_count": 2**31}, "items_count does not fit in 32 bits"),
        ({"items": None}, "items is None, not a list"),
        ({"items": (ITEM,)}, "items is a tuple, not a list"),
        ({"items": {1}}, "items is a set, not a list"),
        ({"items": [ITEM, []]}, "an item is a list, not a dict"),
        ({"items": [ITEM | {"item_id": 10}]}, "item_id is an integer, not a string"),
        ({"items": [ITEM | {"item_name": "\udfff"}]}, "item_name holds a lone surrogate"),
        ({"items": [ITEM | {"playtime_forever": 2**63}]}, "playtime_forever does not fit in 64"),
        ({"items": [{}]}, "an item has no item_id"),
    ],
)
def test_refused_with_a_reason(change: dict[str, Any], reason: str) -> None:
    with pytest.raises(Unreadable) as refused:
        read(LIBRARY | change)
    assert str(refused.value).startswith(reason)


@pytest.mark.parametrize("key", list(LIBRARY))
def test_every_key_is_needed(key: str) -> None:
    with pytest.raises(Unreadable, match=f"the library has no {key}"):
        read({name: value for name, value in LIBRARY.items() if name != key})


@pytest.mark.parametrize("key", list(ITEM))
def test_every_key_of_an_item_is_needed(key: str) -> None:
    item = {name: value for name, value in ITEM.items() if name != key}
    with pytest.raises(Unreadable, match=f"an item has no {key}"):
        read(LIBRARY | {"items": [item]})


def test_the_last_of_two_equal_keys_counts() -> None:
    line = repr(LIBRARY)[:-1] + ", 'user_id': 'freeman'}"
    assert read_library(line.encode(), LIMITS).user_id == "freeman"
