"""Which lines the JVM may read: those that repr() of a library writes.

Spark's JSON reader takes single quotes, but it is no Python: it reads `\\/` as `/`, a pair of
`\\u` surrogates as one character, a number as a string, digits in quotes as a number, only the
first of two dicts. So it is trusted with a line only when the line is, from end to end, a sentence
of a grammar whose every sentence has one reading in JSON and the same in Python. Every other line
is Python's.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pyarrow as pa

# Escapes with one meaning in both. Python reads a surrogate pair as two lone surrogates.
_CODE = r"[0-9abcefABCEF][0-9a-fA-F]{3}|[dD][0-7][0-9a-fA-F]{2}"
_ESCAPE = rf"""\\(?:[\\'"bfnrt]|u(?:{_CODE}))"""


def _string(quote: str) -> str:
    # JSON has no raw control characters.
    return rf"{quote}(?:[^{quote}\\\x00-\x1f]|{_ESCAPE})*{quote}"


_STRING = f"""(?:{_string("'")}|{_string('"')})"""
# Few enough digits for a Java int and a Java long.
_INT = r"-?(?:0|[1-9][0-9]{0,8})"
_LONG = r"-?(?:0|[1-9][0-9]{0,17})"


def _dict(fields: dict[str, str]) -> str:
    return r"\{" + ", ".join(f"'{key}': {value}" for key, value in fields.items()) + r"\}"


_ITEM = _dict(
    {
        "item_id": _STRING,
        "item_name": _STRING,
        "playtime_forever": _LONG,
        "playtime_2weeks": _LONG,
    }
)
_LIBRARY = _dict(
    {
        "user_id": _STRING,
        "items_count": _INT,
        "steam_id": _STRING,
        "user_url": _STRING,
        "items": rf"\[(?:{_ITEM}(?:, {_ITEM})*)?\]",
    }
)
# A carriage return may come before the line feed (files from Windows).
TRUSTED = rf"\A{_LIBRARY}\r?\n?\z"


def are_trusted(lines: "pa.LargeStringArray") -> "npt.NDArray[np.bool_]":
    """Which of `lines` (n of them, with their line feeds) are sentences of the grammar: n bools.

    RE2 matches in time linear in the line. It accepts some bytes that are not UTF-8, so the caller
    decodes a line before it trusts it.
    """
    import pyarrow.compute as pc

    matches: pa.BooleanArray = pc.match_substring_regex(lines, TRUSTED)
    found: npt.NDArray[np.bool_] = matches.to_numpy(zero_copy_only=False)
    return found
