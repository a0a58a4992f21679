"""Which lines the JVM may read."""

import ast

import pyarrow as pa
import pytest

from steamrec.ingest.grammar import are_trusted
from tests.ingest.hostile import written
from tests.ingest.oracle import oracle

LINE = (
    "{'user_id': 'a', 'items_count': 1, 'steam_id': '1', 'user_url': 'u', 'items': "
    "[{'item_id': '10', 'item_name': 'n', 'playtime_forever': 6, 'playtime_2weeks': 0}]}"
)


def trusted(*lines: bytes) -> list[bool]:
    offsets = [0]
    for line in lines:
        offsets.append(offsets[-1] + len(line))
    buffers = [None, pa.array(offsets, pa.int64()).buffers()[1], pa.py_buffer(b"".join(lines))]
    array = pa.Array.from_buffers(pa.large_string(), len(lines), buffers)
    found: list[bool] = are_trusted(array).tolist()
    return found


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("'n'", '"it\'s"'),
        ("'n'", r"'it\'s \"x\" \\ \n \u00e9 \ud7ff'"),
        ("'n'", "'é😀\u2028\x7f\ufffd'"),
        ("'n'", "''"),
        ("6", "-6"),
        ("6", "9" * 18),
        ("1, 's", "999999999, 's"),
        (LINE[LINE.index("[") :], "[]}"),
        (LINE[LINE.index("[") :], "[" + ", ".join([LINE[LINE.index("[") + 1 : -2]] * 3) + "]}"),
        ("}]}", "}]}\n"),
        ("}]}", "}]}\r\n"),
    ],
)
def test_as_repr_writes_it(old: str, new: str) -> None:
    assert trusted(LINE.replace(old, new).encode()) == [True]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("'n'", "'it's'"),
        ("'n'", r"'\xa0'"),
        ("'n'", r"'\/'"),
        ("'n'", r"'\ud83d\ude00'"),
        ("'n'", r"'\U0001f600'"),
        ("'n'", r"'\u12'"),
        ("'n'", "'a\tb'"),
        ("'n'", "'a\x00'"),
        ("'n'", "'n' 'm'"),
        ("'n'", "u'n'"),
        ("'n'", "7"),
        ("6", "'6'"),
        ("6", "06"),
        ("6", "+6"),
        ("6", "6.0"),
        ("6", "1_0"),
        ("6", "9" * 19),
        ("1, 's", "9999999999, 's"),
        (": ", ":"),
        (", ", ","),
        ("'user_id'", '"user_id"'),
        ("'items'", "'Items'"),
        ("}]}", "}]} "),
        ("}]}", "}, ]}"),
        ("}]}", "}]}{}"),
        ("}]}", "}]}\n\n"),
        ("{'user", " {'user"),
        ("{'user", "\ufeff{'user"),
    ],
)
def test_as_repr_does_not(old: str, new: str) -> None:
    assert trusted(LINE.replace(old, new).encode()) == [False]


def test_bytes_that_are_no_characters() -> None:
    raw = LINE.encode()
    assert trusted(raw.replace(b"'n'", b"'\xff'"), raw, raw.replace(b"'n'", b"'\xc3'")) == [
        False,
        True,
        False,
    ]


def test_what_is_trusted_is_a_library_key_by_key() -> None:
    lines = [written(seed) for seed in range(5_000)]
    chosen = [line for line, good in zip(lines, trusted(*lines), strict=True) if good]
    assert len(chosen) > 500
    for line in chosen:
        value = ast.literal_eval(line.decode())
        assert value == oracle(line)
        assert list(value) == ["user_id", "items_count", "steam_id", "user_url", "items"]
