"""Error messages for a setting's value; pydantic's own message is the fallback."""

from collections.abc import Mapping
from typing import Any

WORDS = {
    "greater_than_equal": "must be at least {ge:,}",
    "greater_than": "must be above {gt:,}",
    "less_than_equal": "must be at most {le:,}",
    "less_than": "must be below {lt:,}",
    "finite_number": "must be a finite number",
    "string_too_short": "must not be empty",
    "too_short": "must not be empty",
    "too_long": "must have at most {max_length} values",
    "int_type": "must be an integer",
    "int_from_float": "must be an integer",
    "float_type": "must be a number",
    "bool_type": "must be true or false",
    "string_type": 'must be text (in quotes: "...")',
    "tuple_type": 'must be a list, such as ["a", "b"] or [1, 2]',
    "literal_error": "must be {expected}",
    "model_type": "is a section with settings of its own, not a value",
    "model_attributes_type": "is a section with settings of its own, not a value",
}


def sentence_words(kind: str, context: Mapping[str, Any], message: str) -> str:
    """What a value of a setting must be.

    `kind`, `context` and `message` are those of a pydantic error.
    """
    words = WORDS.get(kind)
    if words is None:
        return message.removeprefix("Value error, ")
    return words.format(**{key: _plain(value) for key, value in context.items()})


def _plain(value: Any) -> Any:
    return int(value) if isinstance(value, float) and value.is_integer() else value
