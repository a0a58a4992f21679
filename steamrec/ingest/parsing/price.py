"""The price of an item, which may be given in words."""

import re
from typing import Any

from steamrec.ingest.parsing.literal import Unreadable, kind_of

# The whole text, so that "Free Holiday Pack" on the page of a game that costs something, or
# "Not free", are no price of 0. The demo of a game that costs something has words without "free".
_FREE = re.compile(r"(?:play for )?free(?: to [a-z]+| demo| mod| movie)?[ !.]*", re.IGNORECASE)
# ASCII digits, few enough for any price: "19.99", "$499.00", "Starting at $1,499.00".
_AMOUNT = re.compile(
    r"(?:starting at )?\$? ?([0-9]{1,3}(?:,[0-9]{3}){1,2}|[0-9]{1,9})(\.[0-9]{1,4})?",
    re.IGNORECASE,
)


def price_of(value: Any) -> float | None:
    """The price in a parsed value: 0.0 for a free item, None without a price.

    Raises Unreadable for what is neither words nor a finite number from 0 up.
    """
    if value is None:
        return None
    if type(value) is str:
        return _price_in_words(value)
    if type(value) not in (int, float):
        raise Unreadable(f"price is {kind_of(value)}, not a number")
    if not 0 <= value < 2**63:  # nor nan, infinity, or an integer that no float can hold
        raise Unreadable("price is not a number of 0 or more")
    return float(value) + 0.0  # -0.0 would be another row to a hash


def _price_in_words(text: str) -> float | None:
    words = " ".join(text.split())
    if _FREE.fullmatch(words):
        return 0.0
    amount = _AMOUNT.fullmatch(words)
    return float(amount[1].replace(",", "") + (amount[2] or "")) if amount else None
