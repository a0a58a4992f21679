"""An id as text: one rule for every format and type."""

import math
from decimal import Decimal

# Above the largest double; Arrow's decimals have 76 digits.
_LARGEST = 10**309


class BadIdError(ValueError):
    """A value that is not an id; the message says so after the name of its column."""


def text_of_id(value: object) -> str | None:
    """The id in `value` as text, or None where there is none.

    A whole number of any type is its digits (1000.0 and Decimal("1000.00") are "1000"). Text and
    UTF-8 bytes are kept as they are. None, NaN and blank text are missing ids. Raises BadIdError
    for anything else.
    """
    if isinstance(value, bytes):
        value = _decoded(value)
    if isinstance(value, str):
        return _checked(value)
    if value is None:
        return None
    if isinstance(value, bool):
        raise BadIdError(f"is {value}, and a truth value is not an id")
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float | Decimal):
        return _whole(value)
    raise BadIdError(f"is a {type(value).__name__}, which is not an id")


def _decoded(value: bytes) -> str:
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        raise BadIdError("is not UTF-8 text") from None


def _checked(value: str) -> str | None:
    if not value or value.isspace():
        return None
    if not value.isascii():
        try:
            value.encode("utf-8")  # lone surrogates have no UTF-8
        except UnicodeEncodeError:
            raise BadIdError("is not UTF-8 text") from None
    return value


def _whole(value: float | Decimal) -> str | None:
    if value.is_nan() if isinstance(value, Decimal) else math.isnan(value):
        return None
    # No infinity, and nothing that would fill the memory with its digits.
    if not -_LARGEST < value < _LARGEST or value != int(value):
        raise BadIdError(f"is {value}, and an id is a whole number or text")
    return str(int(value))
