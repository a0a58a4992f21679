"""Reading one Python literal from untrusted text.

`ast.literal_eval` never runs code, but a hostile line can exhaust memory or the C stack in the
parser: length, nesting and digits are bounded before it sees the text.
"""

import ast
import re
import warnings
from typing import Any

MAX_NESTING = 50
MAX_DIGITS = 1_000

_STRINGS = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"", re.DOTALL)
_LONG_NUMBER = re.compile(rf"[0-9_]{{{MAX_DIGITS + 1},}}")


class UnreadableError(ValueError):
    """The text is no literal that may be read; its message says why, in words."""


def read_literal(line: bytes) -> Any:
    """The value that `ast.literal_eval` gives for the line (UTF-8, without its line feed).

    Raises UnreadableError.
    """
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError as error:
        raise UnreadableError(f"not valid UTF-8 at byte {error.start}") from None
    if not text.strip():
        raise UnreadableError("an empty line")
    if "\0" in text:
        raise UnreadableError("holds a NUL character")
    _check_limits(text)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # an unknown escape such as \d only warns
            return ast.literal_eval(text)
    except SyntaxError as error:
        raise UnreadableError(f"not a Python literal: {error.msg}") from None
    except RecursionError:
        raise UnreadableError("nested too deeply") from None
    except MemoryError:
        raise UnreadableError("needs too much memory") from None
    except (ValueError, TypeError, OverflowError) as error:
        reason = str(error).split(":")[0].split(" at 0x")[0]
        raise UnreadableError(f"not a Python literal: {reason}") from None


def _check_limits(text: str) -> None:
    outside = _STRINGS.sub("''", text)
    if _LONG_NUMBER.search(outside):
        raise UnreadableError(f"a number of more than {MAX_DIGITS:,} digits")
    depth = 0
    for mark in re.finditer(r"[\[({]|[\])}]", outside):
        depth += 1 if mark.group() in "[({" else -1
        if depth > MAX_NESTING:
            raise UnreadableError(f"nested more than {MAX_NESTING} deep")
    # Runs of signs nest too, though no bracket shows it.
    if re.search(rf"(?:[-+~]\s*){{{MAX_NESTING},}}", outside):
        raise UnreadableError(f"nested more than {MAX_NESTING} deep")
