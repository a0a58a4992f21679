"""Limits on a line, checked before Python's parser sees it.

ast.literal_eval builds a syntax tree of up to 500 bytes per token, and its parser recurses with
the brackets: without limits a hostile line of a few megabytes exhausts the worker's memory.
"""

import re
from dataclasses import dataclass
from itertools import islice

# A comment, or a string as Python's tokenizer sees it: a prefix, then three quotes or one; a
# backslash hides the next character from the search for the end, in raw strings too. One
# without an end reaches to the end of the line: looking for it from every quote takes hours.
_OPAQUE = re.compile(
    r"""\#[^\r\n]*+ | (?:\b[A-Za-z]{1,2})?(?:
        \'\'\'(?:[^'\\]++|\\.|'(?!''))*+(?:\'\'\'|\\?\Z)
      | \"\"\"(?:[^"\\]++|\\.|"(?!""))*+(?:\"\"\"|\\?\Z)
      | '[^'\\]*+(?:\\.[^'\\]*+)*+(?:'|\\?\Z)
      | "[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)
    )""",
    re.DOTALL | re.VERBOSE,
)
_TOKEN = re.compile(r"[\w.]++|[^\w.\s]")
_BRACKET = re.compile(r"[\[\](){}]")
_NUMBER = re.compile(r"[\w.]++")


@dataclass(frozen=True)
class Limits:
    """The largest line that is parsed.

    `line_bytes`: its length in UTF-8. `nesting`: brackets inside brackets (a library has 3).
    `number_characters`: the length of a number or a name; Python itself refuses integers of
    more than 4,300 digits. `tokens`: strings, numbers, names and signs outside of strings; an
    item of a library has 22.
    """

    line_bytes: int = 16_777_216
    nesting: int = 50
    number_characters: int = 4_300
    tokens: int = 2_000_000


def broken_limit(text: str, limits: Limits) -> str | None:
    """Why `text` is over `limits` (all but `line_bytes`), in words; None when it is not."""
    bare, opaque = _OPAQUE.subn("''", text)
    if _depth(bare) > limits.nesting:
        return f"the brackets nest deeper than {limits.nesting}"
    if len(bare) > limits.number_characters and any(
        len(word[0]) > limits.number_characters for word in _NUMBER.finditer(bare)
    ):
        return f"a number or name is longer than {limits.number_characters} characters"
    # No text has more tokens than characters: only a long one needs counting. Two quotes
    # replace `bare` for each string.
    if len(text) > limits.tokens:
        most = limits.tokens + opaque
        if sum(1 for _ in islice(_TOKEN.finditer(bare), most + 1)) > most:
            return f"the line has more than {limits.tokens} tokens"
    return None


def _depth(bare: str) -> int:
    deepest = depth = 0
    for bracket in _BRACKET.findall(bare):
        depth += 1 if bracket in "[({" else -1
        deepest = max(deepest, depth)
    return deepest
