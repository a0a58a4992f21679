"""Separated values by RFC 4180, and what is none of it."""

import bz2
import csv
import gzip
import io
import lzma
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.csv
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from steamrec.errors import UsageError
from steamrec.ingest.columns import Column
from steamrec.ingest.row_batches import RowLimits
from tests.support.tables_of_others import LISTS, read, write_csv

# All planes; a carriage return alone is left to the writers that quote it.
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8).filter(
    lambda text: not text.isspace()
)


def at(folder: Path, content: bytes, name: str = "pairs.csv") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("content", "rows"),
    [
        (b'user,item\n1,"He said ""hi"""\n', [("1", 'He said "hi"')]),
        (b'user,item\n1,"a\nb"\n2,c\n', [("1", "a\nb"), ("2", "c")]),
        (b'user,item\r\n1,"a\r\nb"\r\n2,c\r\n', [("1", "a\r\nb"), ("2", "c")]),
        (b'user,item\n"a,b","c,d"', [("a,b", "c,d")]),
        (b"user, item\n1,2\n", [("1", "2")]),
        (b'"User ",ITEM\n1,2\n', [("1", "2")]),
        (b"\xef\xbb\xbfuser,item\n1,2\n", [("1", "2")]),
        (b'\xef\xbb\xbf"user","item"\n1,2\n', [("1", "2")]),
        (b"\n  \nuser,item\n\n1,2\n\r\n \n", [("1", "2")]),
        (b"rating,item,x,user\n5,2,,1\n", [("1", "2")]),
        (b"rating,rating,item,user\n5,4,2,1\n", [("1", "2")]),
        (b"user,item,\n1,2,\n", [("1", "2")]),
        (b"user;item\n1;2,5\n", [("1", "2,5")]),
        (b"user\titem\n1\tHalf-Life, Episode 10\n", [("1", "Half-Life, Episode 10")]),
        (b"user|item\n1|2\n", [("1", "2")]),
        (b'user,item\n1,5" disk\n', [("1", '5" disk')]),
        (b"user,item\n007, x \n", [("007", " x ")]),
        (b"user,item,name\n1,2,caf\xe9\n", [("1", "2")]),  # in a column that is not read
        (b"user,item\n\xf0\x9f\x8e\xae,\xc3\xa9\n", [("🎮", "é")]),
        (b"user,item\na\0b,c\n", [("a\0b", "c")]),
    ],
    ids=range(20),
)
def test_rows_are_those_of_the_standard(
    tmp_path: Path, content: bytes, rows: list[tuple[str, str]]
) -> None:
    assert read(at(tmp_path, content)) == (rows, [])


@pytest.mark.parametrize(
    ("content", "reason", "lines"),
    [
        (b"1,Half-Life, Episode 10,5\n", "the row has 4 fields, and the header has 2", 1),
        (b"1\n", "the row has 1 fields", 1),
        (b"caf\xe9,x\n", "the user is not UTF-8 text", 1),
        (b"1,\xe8\n", "the item is not UTF-8 text", 1),
        (b"1,\n", "the row has no item", 1),
        (b' ,"2"\n', "the row has no user", 1),
        (b'1,""\n', "the row has no item", 1),
        (b'1,"a"b\n', "the row is not CSV", 1),
        (b'1,"a\\"b"\n', "the row is not CSV", 1),
        (b"1,a\rb\n", "the row is not CSV", 1),
        (b'1,"a\nb"c\n', "the row is not CSV", 2),
    ],
)
def test_a_bad_row_is_quarantined_and_the_next_is_read(
    tmp_path: Path, content: bytes, reason: str, lines: int
) -> None:
    good, bad = read(at(tmp_path, b"user,item\n8,9\n" + content + b"3,4\n"))
    assert good == [("8", "9"), ("3", "4")]
    assert len(bad) == lines
    assert all(said.startswith(reason) for said, _ in bad)
    shown = [line.decode("utf-8", "backslashreplace") for line in content.splitlines()]
    assert [line for _, line in bad] == (shown if b"\r" not in content else ["1,a\rb"])


def test_a_quote_that_is_never_closed_costs_no_more_than_the_limit(tmp_path: Path) -> None:
    rows = b"".join(b"%d,x\n" % n for n in range(1_000))
    path = at(tmp_path, b'user,item\n0,"y\n' + rows)
    good, bad = read(path, limits=RowLimits(row_bytes=100))
    assert len(good) + len(bad) == 1_001
    assert len(bad) < 40 and good[-1] == ("999", "x")
    good, bad = read(path)
    assert (len(good), len(bad)) == (0, 1_001)


def test_a_row_that_is_too_long_is_quarantined_in_bounded_memory(tmp_path: Path) -> None:
    path = at(tmp_path, b"user,item\n1," + b"x" * 9_000_000 + b"\n2,3\n")
    good, bad = read(path, limits=RowLimits(row_bytes=1_000, shown=50))
    assert good == [("2", "3")]
    assert len(bad) == 1 and len(bad[0][1]) == 50


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"1000,10\n1001,11\n", "has no column 'user' .*has the columns '1000', '10'.*first line"),
        (b"user,name\n1,2\n", "no column 'item'.*input.item_column.*'user', 'name'"),
        (b"user,item,user\n1,2,3\n", "2 columns 'user'"),
        (b"user,item, USER \n1,2,3\n", "2 columns 'user'"),
        (b"user,item\n", "has no rows"),
        (b"user,item", "has no rows"),
        (b"\n\n", "has no rows"),
        ("user,item\n1,2\n".encode("utf-16"), "UTF-16"),
        ("user,item\n1,2\n".encode("utf-16-le"), "UTF-16"),
        ("user,item\n1,2\n".encode("utf-16-be"), "UTF-16"),
        ("user,item\n1,2\n".encode("utf-32"), "UTF-16 or binary"),
        (b"user,item\r1,2\r3,4\r", "carriage returns"),
        (b'"user,item\n1,2\n', "no column 'user'"),
        (b"1::1193::5::978300760\n", "no column 'user'"),
    ],
    ids=range(14),
)
def test_a_file_that_will_not_do_is_refused_before_work(
    tmp_path: Path, content: bytes, said: str
) -> None:
    with pytest.raises(UsageError, match=said) as refused:
        read(at(tmp_path, content))
    assert str(refused.value).isprintable()


@pytest.mark.parametrize("name", ["a.csv", "a.tsv", "a.txt", "a.dat", "a.TAB", "a.inter"])
@pytest.mark.parametrize(
    "packed",
    [("", bytes), (".gz", gzip.compress), (".bz2", bz2.compress), (".xz", lzma.compress)]
    + [
        (f".{end}", lambda text, end=kind: pa.compress(text, end, asbytes=True))
        for end, kind in [("zst", "zstd")]
    ],
    ids=lambda packed: packed[0],
)
def test_endings_and_packing(tmp_path: Path, name: str, packed: object) -> None:
    ending, pack = packed  # type: ignore[misc]
    separator = b"," if name == "a.csv" else b"\t"
    types = (b":token", b":token", b":float") if name == "a.inter" else (b"", b"", b"")
    names = [a + b for a, b in zip((b"user", b"item", b"rating"), types, strict=True)]
    text = b"\n".join(separator.join(row) for row in [names, [b"1", b"2", b"5"]])
    assert read(at(tmp_path, pack(text), name + ending)) == ([("1", "2")], [])


def test_other_names_of_columns(tmp_path: Path) -> None:
    columns = (Column("user", "Who", "input.user_column"), Column("item", "what", ""))
    path = at(tmp_path, b"user,item,who,WHAT\n1,2,3,4\n")
    assert read(path, columns) == ([("3", "4")], [])


def test_lists_are_refused_in_csv(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"CSV, which has no lists.*Parquet or JSON lines"):
        read(at(tmp_path, b"user,items\n1,2\n"), LISTS)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(TEXTS, TEXTS), min_size=1, max_size=5), st.sampled_from(["\n", "\r\n"]))
def test_what_pythons_writer_wrote(rows: list[tuple[str, str]], end: str) -> None:
    # The writer itself quotes no carriage return where lines end in a line feed alone.
    quoting = csv.QUOTE_MINIMAL if end == "\r\n" else csv.QUOTE_ALL
    _written(lambda path: write_csv(path, rows, lineterminator=end, quoting=quoting), rows)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(TEXTS, TEXTS), min_size=1, max_size=5))
def test_what_pandas_and_arrow_wrote(rows: list[tuple[str, str]]) -> None:
    users, items = zip(*rows, strict=True)
    frame = pd.DataFrame({"user": users, "rating": 1.5, "item": items})
    _written(lambda path: frame.to_csv(path, index=False, quoting=csv.QUOTE_ALL), rows)
    table = pa.table({"user": users, "item": items})
    _written(lambda path: pa.csv.write_csv(table, path), rows)


def _written(write: object, rows: list[tuple[str, str]]) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "pairs.csv")
        write(path)  # type: ignore[operator]
        assert read(path) == (rows, [])


@settings(max_examples=500, deadline=None)
@given(st.text(st.sampled_from('ab,"\n\r é '), max_size=30))
def test_any_text_is_read_as_pythons_reader_does(text: str) -> None:
    """Rows of two ids are the reader's own, and every line is in a row or in quarantine."""
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = at(Path(folder), b"user,item\n1,2\n" + text.encode())
        good, bad = read(path)
    try:
        lines = io.StringIO("1,2\n" + text, newline="\n")
        records = list(csv.reader(lines, strict=True))
    except csv.Error:
        assert bad
        return
    whole = [row for row in records if len(row) == 2 and all(map(str.strip, row))]
    assert good == [tuple(row) for row in whole]
    blank = [row for row in records if len(row) < 2 and not "".join(row).strip()]
    assert len(bad) == len(records) - len(whole) - len(blank)
