"""Checks of what a caller asks a recommender for."""

import operator
from collections.abc import Iterable
from typing import Any

from steamrec.errors import UsageError


def checked_k(k: Any) -> int:
    """The length of a list; raises UsageError unless it is an integer, 1 or more."""
    try:
        number = operator.index(k)
    except TypeError:
        number = 0
    if isinstance(k, bool) or number < 1:
        raise UsageError(f"k must be an integer, 1 or more, not {k!r}.")
    return number


def id_text(value: Any, name: str) -> str:
    """An id as the published tables have it: text. Integers are taken for their digits.

    `name` is the argument's. Raises UsageError for a value of another type.
    """
    if isinstance(value, str):
        return value
    try:
        if not isinstance(value, bool):
            return str(operator.index(value))
    except TypeError:
        pass
    raise UsageError(f"{name} takes ids as text or integers, not {value!r}.")


def id_texts(values: Any, name: str) -> list[str]:
    """Several ids as text; raises UsageError for what is not a list of ids, or has none."""
    if isinstance(values, str | bytes) or not isinstance(values, Iterable):
        raise UsageError(f"{name} takes a list of ids, such as ['10', '440'], not {values!r}.")
    texts = [id_text(value, name) for value in values]
    if not texts:
        raise UsageError(f"{name} is empty; give the ids of one or more owned items.")
    return texts
