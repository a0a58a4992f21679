"""The JVM's path: which lines it may read, and how.

Spark's JSON reader takes single quotes, but it is no Python: it reads `\\/` as `/`, a pair of
`\\u` surrogates as one character, a number as a string, digits in quotes as a number, only the
first of two dicts. So it is trusted with a line only when

1. the line is valid UTF-8, whole (a replacement character would stand for other bytes),
2. it is written, from end to end, as repr() writes a library (TRUSTED): a grammar whose every
   sentence has one reading in JSON and the same in Python, but for raw control characters,
3. and the JSON reader accepts it, which it does not with a raw control character in a string.

Every other line is Python's.
"""

from typing import TYPE_CHECKING

from steamrec.tables import ITEMS_TYPE

if TYPE_CHECKING:
    from pyspark.sql import Column

LIBRARY_TYPE = (
    f"user_id string, items_count int, steam_id string, user_url string, items {ITEMS_TYPE}"
)
_REFUSED = "refused"

# Escapes with one meaning in both. Python reads a surrogate pair as two lone surrogates.
_ESCAPE = r"""\\(?:[\\'"bfnrt]|u(?![dD][89a-fA-F])[0-9a-fA-F]{4})"""


def _string(quote: str) -> str:
    plain = rf"[^{quote}\\]*+"
    return f"{quote}{plain}(?:{_ESCAPE}{plain})*+{quote}"


_STRING = f"""(?:{_string("'")}|{_string('"')})"""
# Few enough digits for a Java int and a Java long.
_INT = r"-?(?:0|[1-9][0-9]{0,8}+)"
_LONG = r"-?(?:0|[1-9][0-9]{0,17}+)"


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
        "items": rf"\[(?:{_ITEM}(?:, {_ITEM})*+)?\]",
    }
)
# Every repetition is possessive: the matcher never goes back, so its time grows with the line
# and its stack does not. A carriage return may stand at the end (files from Windows).
TRUSTED = rf"\A{_LIBRARY}\r?\z"


def is_trusted(line: "Column") -> "Column":
    """Rules 1 and 2: boolean."""
    from pyspark.sql import functions as F

    return F.is_valid_utf8(line) & line.rlike(TRUSTED)


def from_json(json: "Column", max_characters: int) -> "Column":
    """The struct (LIBRARY_TYPE and `refused`) in `json`, read by the JVM; null stays null.

    `refused` is null when the reader took the whole line.
    """
    from pyspark.sql import functions as F

    options = {"columnNameOfCorruptRecord": _REFUSED, "maxStringLen": str(max_characters)}
    return F.from_json(json, f"{LIBRARY_TYPE}, {_REFUSED} string", options)
