import ast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from steamrec.literal.read import UnreadableError, read_literal
from steamrec.literal.record import read_library

values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text()
    | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner) | st.tuples(inner),
    max_leaves=20,
)


@given(values)
def test_reads_what_repr_writes(value):
    line = repr(value).encode("utf-8", "surrogatepass")
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return
    assert read_literal(line) == value


@settings(max_examples=500)
@given(st.binary(max_size=60) | st.text(max_size=60).map(lambda t: t.encode("utf-8", "replace")))
def test_agrees_with_literal_eval_on_anything(line):
    try:
        expected = ast.literal_eval(line.decode("utf-8"))
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        with pytest.raises(UnreadableError):
            read_literal(line)
        return
    found = read_literal(line)
    assert repr(found) == repr(expected)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (b"", "empty line"),
        (b"  \t", "empty line"),
        (b"\xff\xfe{", "UTF-8"),
        (b"{'a': \x00}", "NUL"),
        (b"[" * 10_000 + b"]" * 10_000, "nested"),
        (b"-" * 100_000 + b"1", "nested"),
        (b"1" * 1_000_000, "digits"),
        (b"{'a': open('/etc/passwd')}", "not a Python literal"),
        (b"__import__('os').system('true')", "not a Python literal"),
        (b"{'a': 1} {'b': 2}", "not a Python literal"),
        (b"{'a': 1", "not a Python literal"),
        (b"{[]: 1}", "not a Python literal"),
    ],
)
def test_hostile_lines_get_a_reason(line, words):
    with pytest.raises(UnreadableError, match=words) as caught:
        read_literal(line)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 200


def test_brackets_inside_strings_are_no_nesting():
    text = repr({"a": "[" * 5_000, "b": "9" * 5_000, 'it"s': "'" + "{" * 200})
    assert read_literal(text.encode()) == ast.literal_eval(text)


GOOD = {
    "user_id": "u",
    "items_count": 1,
    "steam_id": "7",
    "user_url": "http://x",
    "items": [{"item_id": "10", "item_name": "It's", "playtime_forever": 6, "playtime_2weeks": 0}],
}


def test_a_library_has_its_shape():
    assert read_library(repr(GOOD | {"more": None}).encode()) == (
        "u", 1, "7", "http://x", [("10", "It's", 6, 0)],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"user_id": 5}, "user_id is a int, not a string"),
        ({"user_id": None}, "user_id is a NoneType"),
        ({"items_count": "1"}, "items_count is a str"),
        ({"items_count": True}, "items_count is a bool"),
        ({"items_count": 1.0}, "items_count is a float"),
        ({"items_count": 2**31}, "does not fit 32"),
        ({"items": {}}, "items is a dict"),
        ({"items": [[]]}, "an item is a list"),
        ({"items": [{"item_id": "1"}]}, "item_name is missing"),
        ({"items": [GOOD["items"][0] | {"playtime_forever": 2**63}]}, "does not fit 64"),
        ({"steam_id": "\ud83d"}, "surrogate"),
    ],
)
def test_another_shape_is_refused_in_words(change, words):
    with pytest.raises(UnreadableError, match=words):
        read_library(ascii(GOOD | change).encode())


def test_a_list_is_no_library():
    with pytest.raises(UnreadableError, match="a list where a dict"):
        read_library(b"[1]")
