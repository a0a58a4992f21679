"""JSON lines."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from steamrec.errors import UsageError
from tests.ingest.test_csv_rows import TEXTS, at
from tests.support.tables_of_others import LISTS, read, write_json


def test_rows_and_what_is_none(tmp_path: Path) -> None:
    lines = [
        b'\xef\xbb\xbf{"User": 1, "item": "a\\u00e9\\ud83c\\udfae"}',
        b'{"item": 1000.0, "user": 76561190000000479.0, "more": [1, {"a": NaN}]}\r',
        b"",
        b'{"user": 18446744073709551615, "item": 1e3}',
        b'{"user": 1}',
        b'{"user": NaN, "item": 3}',
        b'{"user": 1.5, "item": 3}',
        b'{"user": true, "item": 3}',
        b'{"user": {"id": 1}, "item": 3}',
        b'{"user": "\\ud800", "item": 3}',
        b'{"user": "\xe9", "item": 3}',
        b'{"user": 1, "item": 2, "user": 3}',
        b'{"user": 1e999999999, "item": 3}',
        b'{"user": Infinity, "item": 3}',
        b"[1, 2]",
        b"{'user': 1, 'item': 2}",
        b"[" * 100_000,
        b"1" * 5_000,
    ]
    good, bad = read(at(tmp_path, b"\n".join(lines), "a.jsonl"))
    assert good == [("1", "aé🎮"), ("76561190000000479", "1000"), ("18446744073709551615", "1000")]
    assert len(bad) == len(lines) - 4
    assert bad[0] == ("the row has no item", '{"user": 1}')


def test_lists_of_ids(tmp_path: Path) -> None:
    lines = [
        b'{"user": "a", "items": [1, "b", 2.0, null, " "]}',
        b'{"user": "b", "items": []}',
        b'{"user": "c", "items": 5}',
        b'{"user": "d", "items": [1.5]}',
        b'{"user": "e", "items": {"a": 1}}',
    ]
    good, bad = read(at(tmp_path, b"\n".join(lines), "a.json"), LISTS)
    assert good == [("a", ["1", "b", "2", None, None]), ("b", [])]
    assert len(bad) == 3


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b'[{"user": 1, "item": 2}]', "one JSON array"),
        (b'{\n"user": 1,\n"item": 2\n}', "not JSON lines"),
        (b"{'user': 1, 'item': 2}\n", "not JSON lines"),
        (b'{"who": 1, "item": 2}\n', "no column 'user'.*'who', 'item'"),
        (b" \n\n", "has no rows"),
    ],
)
def test_a_file_that_will_not_do_is_refused_before_work(
    tmp_path: Path, content: bytes, said: str
) -> None:
    with pytest.raises(UsageError, match=said):
        read(at(tmp_path, content, "a.json"))


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(TEXTS, TEXTS | st.integers()), min_size=1, max_size=5), st.booleans())
def test_what_pythons_writer_wrote(rows: list[tuple[str, str | int]], escaped: bool) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "pairs.ndjson")
        write_json(path, rows, escaped)
        assert read(path) == ([(user, str(item)) for user, item in rows], [])
