"""One rule for an id, whatever its type."""

import math
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steamrec.ingest.ids import BadIdError, text_of_id


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1000, "1000"),
        (-7, "-7"),
        (2**64 - 1, "18446744073709551615"),
        (1000.0, "1000"),
        (-0.0, "0"),
        (76561190000000479.0, "76561190000000480"),  # the nearest double, in full
        (Decimal("1000.00"), "1000"),
        (Decimal("1E+3"), "1000"),
        ("1000.0", "1000.0"),  # text stands as it is
        ("007", "007"),
        (" a ", " a "),
        (b"\xc3\xa9", "é"),
        ("a\0b", "a\0b"),
        ("", None),
        (" \t", None),
        ("\u3000", None),
        (b"", None),
        (None, None),
        (math.nan, None),
        (Decimal("NaN"), None),
        (Decimal("sNaN"), None),
    ],
)
def test_an_id_is_one_text_in_every_type(value: object, text: str | None) -> None:
    assert text_of_id(value) == text


@pytest.mark.parametrize(
    "value",
    [
        *(1.5, math.inf, -math.inf, Decimal("0.1"), Decimal("1E+999999"), Decimal("-Infinity")),
        *(True, [1], {"a": 1}, b"\xe9", "\ud800", "a\udce9", object),
    ],
    ids=ascii,
)
def test_what_is_no_id_is_refused(value: object) -> None:
    with pytest.raises(BadIdError):
        text_of_id(value)


@given(st.integers())
def test_whole_numbers_are_their_digits(value: int) -> None:
    assert text_of_id(value) == text_of_id(str(value)) == str(value)
    if abs(value) <= 2**53:
        assert text_of_id(float(value)) == str(value)
