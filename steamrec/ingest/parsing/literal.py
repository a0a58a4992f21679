"""One line of the raw format as a Python value: ast.literal_eval behind limits."""

import ast
import re
import warnings
from typing import Any

from steamrec.ingest.parsing.limits import Limits, broken_limit

_MALFORMED = re.compile(r"malformed node or string.*<ast\.(\w+) object", re.DOTALL)


_KINDS = {
    str: "a string",
    int: "an integer",
    bool: "True or False",
    float: "a number with a fraction or exponent",
    complex: "a complex number",
    bytes: "bytes",
    type(None): "None",
    type(...): "an ellipsis",
    list: "a list",
    tuple: "a tuple",
    dict: "a dict",
    set: "a set",
}


class Unreadable(ValueError):  # noqa: N818
    """A line that is refused; the message is the reason.

    It never contains a part of the line, so equal errors have equal reasons.
    """


def parse_literal(line: bytes, limits: Limits) -> Any:
    """The value of `line` (without its line feed) exactly as ast.literal_eval reads it.

    Raises Unreadable for a line that is over `limits`, is not UTF-8 or is not a literal.
    Nothing in the line is ever run.
    """
    if len(line) > limits.line_bytes:
        raise Unreadable(f"the line is longer than {limits.line_bytes} bytes")
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError:
        raise Unreadable("the line is not valid UTF-8") from None
    if not text.strip():
        raise Unreadable("the line is empty")
    reason = broken_limit(text, limits)
    if reason:
        raise Unreadable(reason)
    try:
        with warnings.catch_warnings():
            # Python reads '\/' unchanged and only warns.
            warnings.simplefilter("ignore")
            return ast.literal_eval(text)
    except Exception as error:  # MemoryError and RecursionError too: the parser's own limits
        raise Unreadable(_reason(error)) from None


def parse_dict(line: bytes, limits: Limits) -> dict[Any, Any]:
    """As parse_literal, for a line that must be a dict; raises Unreadable when it is another."""
    value = parse_literal(line, limits)
    if not isinstance(value, dict):
        raise Unreadable(f"the line is {kind_of(value)}, not a dict")
    return value


def kind_of(value: Any) -> str:
    """What a parsed value is, in words."""
    return _KINDS[type(value)]


def _reason(error: Exception) -> str:
    if isinstance(error, SyntaxError):
        return f"not a Python literal: {error.msg}"
    malformed = _MALFORMED.match(str(error))
    if malformed:
        return f"not a Python literal: it holds an expression ({malformed[1]})"
    if isinstance(error, MemoryError | RecursionError):
        return "too deep or too large for Python's parser"
    return f"not a Python literal: {error}"
