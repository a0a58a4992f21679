"""Lines into records, without Spark."""

import json
from typing import Any

import pytest

from steamrec.ingest.chunks import Chunk
from steamrec.ingest.item_metadata_lines import ITEM_LINES
from steamrec.ingest.library_lines import LIBRARY_LINES
from steamrec.ingest.line_records import records
from steamrec.ingest.parsing import Limits

EMPTY = b"{'user_id': 'a', 'items_count': 0, 'steam_id': '1', 'user_url': 'u', 'items': []}"


def rewritten(data: bytes, start: int = 0, missing: int = 0, **limits: int) -> list[dict[str, Any]]:
    chunk = Chunk(start, data, missing)
    texts = list(records(chunk, '/a "b"\'', LIBRARY_LINES, Limits(**limits), 10))
    return [json.loads(text) if '"in_python": true' in text else {"text": text} for text in texts]


def test_a_trusted_line_goes_through_as_it_stands() -> None:
    first, second = rewritten(EMPTY + b"\n" + EMPTY, start=7)
    place = '{"file": "/a \\"b\\"\'", "offset": '
    rest = f', "in_python": false, {EMPTY.decode()[1:]}'
    assert first["text"] == f"{place}7{rest}"
    assert second["text"] == f"{place}{8 + len(EMPTY)}{rest}"


def test_a_byte_order_mark_is_of_no_line() -> None:
    mark = b"\xef\xbb\xbf"
    assert '"offset": 3, "in_python": false' in rewritten(mark + EMPTY)[0]["text"]
    assert rewritten(mark) == []
    assert "reason" in rewritten(mark + EMPTY, start=1)[0]


def test_a_doubtful_line_is_written_anew() -> None:
    line = EMPTY.replace(b"'a'", b"'\\xe9\\'\\U0001f600'")
    assert rewritten(line, start=3) == [
        {
            "file": '/a "b"\'',
            "offset": 3,
            "in_python": True,
            "user_id": "é'😀",
            "items_count": 0,
            "steam_id": "1",
            "user_url": "u",
            "items": [],
        }
    ]


@pytest.mark.parametrize(
    ("line", "reason", "shown"),
    [
        (b"", "the line is empty", ""),
        (b"x\xff0123456789", "the line is not valid UTF-8", "x\\xff01234"),
        # Overlong, and a surrogate: RE2 lets both pass, Python's decoder does not.
        (EMPTY.replace(b"'a'", b"'\xe0\x80\x80'"), "the line is not valid UTF-8", "{'user_id'"),
        (EMPTY.replace(b"'a'", b"'\xed\xa0\x80'"), "the line is not valid UTF-8", "{'user_id'"),
        (b"{}", "the library has no items", "{}"),
    ],
)
def test_a_line_that_cannot_be_read(line: bytes, reason: str, shown: str) -> None:
    got, _ = rewritten(line + b"\n" + EMPTY)
    assert (got["reason"], got["line"]) == (reason, shown)


def test_the_limit_counts_what_was_left_out_and_no_line_feed() -> None:
    size = len(EMPTY)
    assert "text" in rewritten(EMPTY, line_bytes=size)[0]
    assert "reason" not in rewritten(EMPTY + b"\n", line_bytes=size)[0]
    too_long = f"the line is longer than {size - 1} bytes"
    assert rewritten(EMPTY + b"\n", line_bytes=size - 1)[0]["reason"] == too_long
    cut = rewritten(EMPTY + b"\n" + EMPTY, missing=1, line_bytes=size)
    assert "text" not in cut[1]
    assert cut[1]["reason"] == f"the line is longer than {size} bytes"


def test_facts_are_all_read_by_python() -> None:
    (got,) = records(Chunk(0, b"{'id': '5', 'price': 1.5}\n"), "/f", ITEM_LINES, Limits(), 10)
    assert json.loads(got)["item_id"] == "5"
    assert json.loads(got)["price"] == 1.5
