"""Lines as ast.literal_eval reads them, and the limits before it."""

import ast
import time

import pytest

from steamrec.ingest.parsing import Limits, Unreadable, parse_dict, parse_literal

LIMITS = Limits()

SAME_AS_PYTHON = [
    "{'a': 'b'}",
    '{"a": \'it\\\'s\', \'b\': "say \\"x\\""}',
    "{u'title': u'Caf\\xe9', u'price': 4.99, u'early_access': False, u'tags': [u'a'], u'n': None}",
    r"{'a': '\x41\101\u00e9\U0001f600\N{BULLET}\a\v\b\f\/\q'}",
    r"{'a': '\ud83d\ude00'}",
    r"{'a': r'\x41', 'b': 'one' 'two' u'three'}",
    "{'a': '''x 'y' z''', 'b': \"\"\"{[(\"\"\"}",
    "{'a': 1, 'a': 2}",
    "{'a': -1, 'b': +1, 'c': 1_000, 'd': 0x10, 'e': 1e3, 'f': 1+2j, 'g': -0}",
    "{'a': (1, 2), 'b': {1, 2}, 'c': b'x', 'd': True, 'e': ..., 'f': set()}",
    " \t{'a': 1,}  # a comment {[((",
    "{'a': 1}\r",
    "\x0c{'a': 1}",
    "{'a': 'tab\tin', 'b': 'feed\x0cin', 'c': 'next\x85line\u2028'}",
    "{'a': '#[[[[[[', 'b': '\U0001f600\U0010ffff\ufffd'}",
    "12",
    "'text'",
]


@pytest.mark.parametrize("text", SAME_AS_PYTHON)
def test_reads_what_python_reads(text: str) -> None:
    assert repr(parse_literal(text.encode(), LIMITS)) == repr(ast.literal_eval(text))


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"", "the line is empty"),
        (b" \t ", "the line is empty"),
        (b"{'a': '\xff'}", "the line is not valid UTF-8"),
        (b"{'a': '\xed\xa0\x80'}", "the line is not valid UTF-8"),
        (b"{'a': 'x\x00y'}", "not a Python literal: source code string cannot contain null bytes"),
        (b"{'a': 01}", "not a Python literal: leading zeros in decimal integer literals"),
        (b"{'a': 'x}", "not a Python literal: unterminated string literal"),
        (b"{'a': 'x\ry'}", "not a Python literal: unterminated string literal"),
        (b"{'a': 1} {'a': 2}", "not a Python literal: invalid syntax"),
        (b"{'a': null}", "not a Python literal: it holds an expression (Name)"),
        (b"__import__('os').abort()", "not a Python literal: it holds an expression (Call)"),
        (b"{'a': f'{1}'}", "not a Python literal: it holds an expression (JoinedStr)"),
        (b"{'a': [1 for _ in 'x']}", "not a Python literal: it holds an expression (ListComp)"),
        (b"{[]: 1}", "not a Python literal: unhashable type: 'list'"),
        (b"\xef\xbb\xbf{}", "not a Python literal: invalid non-printable character U+FEFF"),
        (b"-" * 5_000_000 + b"1", "the line has more than 2000000 tokens"),
        (b"-" * 100_000 + b"1", "too deep or too large for Python's parser"),
        (b"1" + b"+1" * 100_000, "too deep or too large for Python's parser"),
        (b"[" * 10_000, "the brackets nest deeper than 50"),
        (b"[" * 10_000 + b"]" * 10_000, "the brackets nest deeper than 50"),
        (b"{'a':" * 51 + b"1" + b"}" * 51, "the brackets nest deeper than 50"),
        (b"9" * 1_000_000, "a number or name is longer than 4300 characters"),
        (b"{'a': 0x" + b"f" * 1_000_000 + b"}", "a number or name is longer than 4300 characters"),
        (b"[" + b"{}," * 1_000_000 + b"]", "the line has more than 2000000 tokens"),
        (b"# '\r[" + b"{}," * 1_000_000 + b"]", "the line has more than 2000000 tokens"),
        (b"'" + b"\\'" * 5_000_000, "not a Python literal: unterminated string literal"),
        (b"'" + b"\\'" * 5_000_000 + b"\\", "not a Python literal: unterminated string"),
        (b'"""' * 1_000_001, "not a Python literal: unterminated triple-quoted string"),
        (b"x" * (LIMITS.line_bytes + 1), "the line is longer than 16777216 bytes"),
    ],
    ids=lambda value: value[:20] if isinstance(value, bytes) else None,
)
def test_refuses_with_a_reason(line: bytes, reason: str) -> None:
    start = time.perf_counter()
    with pytest.raises(Unreadable) as refused:
        parse_literal(line, LIMITS)
    assert str(refused.value).startswith(reason)
    assert time.perf_counter() - start < 20


def test_limits_do_not_count_what_stands_in_strings() -> None:
    value = {"a": "[" * 200, "b": "'" + "{" * 200, "c": "9" * 10_000, "d": '"""' + "(" * 100}
    assert parse_dict(repr(value).encode(), LIMITS) == value


def test_a_line_exactly_at_a_limit_is_read() -> None:
    nested = b"[" * 50 + b"]" * 50
    assert parse_literal(nested, LIMITS) is not None
    with pytest.raises(Unreadable):
        parse_literal(b"[" + nested + b"]", LIMITS)
    assert parse_literal(b"9" * 4_300, LIMITS) == int("9" * 4_300)
    line = b"{'a': 1}"
    assert parse_literal(line, Limits(line_bytes=len(line))) == {"a": 1}
    assert parse_literal(b"[0,0]", Limits(tokens=5)) == [0, 0]
    with pytest.raises(Unreadable):
        parse_literal(b"[0,0]", Limits(tokens=4))


def test_equal_faults_have_equal_reasons() -> None:
    def reason(line: bytes) -> str:
        with pytest.raises(Unreadable) as refused:
            parse_literal(line, LIMITS)
        return str(refused.value)

    assert reason(b"{'a': f(1)}") == reason(b"[g('x')]")


def test_a_dict_is_asked_for_by_name() -> None:
    with pytest.raises(Unreadable, match="the line is a list, not a dict"):
        parse_dict(b"[]", LIMITS)
