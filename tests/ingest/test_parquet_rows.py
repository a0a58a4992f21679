"""Parquet of every type of id, against pyarrow and pandas."""

import datetime
import tempfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from steamrec.errors import UsageError
from tests.ingest.test_csv_rows import TEXTS
from tests.support.tables_of_others import LISTS, read, write_parquet

KINDS = [
    (pa.int8(), [1, 2]),
    (pa.int32(), [1, 2]),
    (pa.int64(), [2**62, -1]),
    (pa.uint64(), [2**64 - 1, 5]),
    (pa.float32(), [1000.0, 2.0]),
    (pa.float64(), [1000.0, 2.0**60]),
    (pa.string(), ["a", "é"]),
    (pa.large_string(), ["a", "🎮"]),
    (pa.binary(), [b"a", "é".encode()]),
    (pa.large_binary(), [b"a", b"b"]),
    (pa.binary(2), [b"aa", b"bb"]),
    (pa.decimal128(20, 2), [Decimal("7.00"), Decimal("8.00")]),
    (pa.decimal256(50, 0), [Decimal(10**45), Decimal(2)]),
    (pa.dictionary(pa.int8(), pa.string()), ["x", "y"]),
    (pa.dictionary(pa.int32(), pa.int64()), [5, 6]),
]


def expected(value: Any) -> str:
    if isinstance(value, bytes):
        return value.decode()
    return value if isinstance(value, str) else str(int(value))


@pytest.mark.parametrize(("kind", "values"), KINDS, ids=[str(kind) for kind, _ in KINDS])
def test_every_type_of_id(tmp_path: Path, kind: Any, values: list[Any]) -> None:
    plain = kind.value_type if pa.types.is_dictionary(kind) else kind
    users = pa.array([*values, None], plain)
    users = users if plain is kind else users.dictionary_encode()
    write_parquet(tmp_path / "a.parquet", users, pa.array([1, 2, 3]))
    good, bad = read(tmp_path / "a.parquet")
    assert good == [(expected(value), str(n + 1)) for n, value in enumerate(values)]
    assert bad == [("the row has no user", "[null, 3]")]


def test_bad_values_are_quarantined_by_row(tmp_path: Path) -> None:
    users = pa.array([1.0, 1.5, float("nan"), float("inf"), None, 76561190000000479.0])
    latin = pa.array([b"a", b"\xe9", b"b", b"c", b"d", b"e"]).view(pa.string())
    write_parquet(tmp_path / "a", users, latin)
    good, bad = read(tmp_path / "a")
    assert good == [("1", "a"), ("76561190000000480", "e")]
    assert [reason.split(",")[0] for reason, _ in bad] == [
        "the user is 1.5",
        "the row has no user",
        "the user is inf",
        "the row has no user",
    ]
    assert bad[0][1] == '[1.5, "\\\\xe9"]'


@pytest.mark.parametrize(
    "values",
    [
        pa.array([True]),
        pa.array([[1]]),
        pa.array([{"id": 1}]),
        pa.array([datetime.date(2026, 1, 1)]),
        pa.array([datetime.datetime(2026, 1, 1)]),
        pa.array([[("a", 1)]], pa.map_(pa.string(), pa.int64())),
    ],
    ids=lambda values: str(values.type),
)
def test_other_types_are_refused_by_name_or_left_unread(tmp_path: Path, values: Any) -> None:
    write_parquet(tmp_path / "a.parquet", pa.array([1]), values)
    with pytest.raises(UsageError, match=r"column 'item' .*not an id.*input\.item_column"):
        read(tmp_path / "a.parquet")
    write_parquet(tmp_path / "b.parquet", pa.array([1]), pa.array([2]), **{"Other.x": values})
    assert read(tmp_path / "b.parquet") == ([("1", "2")], [])


def test_row_groups_folders_and_parts_of_different_types(tmp_path: Path) -> None:
    rows = pa.table({"user": range(10), "item": range(10)})
    (tmp_path / "t/x/y").mkdir(parents=True)
    pq.write_table(rows, tmp_path / "t/a.parquet", row_group_size=3)
    text = pa.table({"ITEM": ["5"], "more": [None], " user": [b"7"]})
    pq.write_table(text, tmp_path / "t/x/y/b.parquet")
    pq.write_table(rows.slice(0, 0), tmp_path / "t/x/empty.parquet")
    (tmp_path / "t/x/c.csv").write_text("user,item\n8,5\n")
    (tmp_path / "t/x/_SUCCESS").touch()
    (tmp_path / "t/x/.c.crc").write_text("crc")
    good, bad = read(tmp_path / "t")
    whole = [(str(n), str(n)) for n in range(10)]
    assert sorted(good) == sorted([*whole, ("7", "5"), ("8", "5")])
    assert not bad


@pytest.mark.parametrize("column", ["user", "item"])
def test_hive_partitions(tmp_path: Path, column: str) -> None:
    values = ["a b", "c/d", "é", "10", None]
    users = pa.array(values)
    table = pa.table({column: users, "item" if column == "user" else "user": range(5)})
    pq.write_to_dataset(table, tmp_path / "t", partition_cols=[column])
    good, bad = read(tmp_path / "t")
    named = [(value, str(n)) for n, value in enumerate(values) if value]
    assert sorted(good) == sorted(named if column == "user" else [(n, v) for v, n in named])
    assert [reason for reason, _ in bad] == [f"the row has no {column}"]


def test_both_columns_in_the_path(tmp_path: Path) -> None:
    folder = tmp_path / "t/user=5/item=6"
    folder.mkdir(parents=True)
    pq.write_table(pa.table({"rating": [1, 2, 3]}), folder / "a.parquet")
    assert read(tmp_path / "t") == ([("5", "6")] * 3, [])
    assert read(tmp_path / "t/user=*/item=6") == ([("5", "6")] * 3, [])


def test_lists(tmp_path: Path) -> None:
    for kind in (pa.list_(pa.int32()), pa.large_list(pa.int32()), pa.list_(pa.int32(), 2)):
        missing = None if kind != pa.list_(pa.int32(), 2) else [4, 5]  # cannot be written
        lists = pa.array([[1, 2], missing, [3, None]], kind)
        pq.write_table(pa.table({"user": ["a", "b", "c"], "items": lists}), tmp_path / "a.parquet")
        good, bad = read(tmp_path / "a.parquet", LISTS)
        assert (good[0], good[-1]) == (("a", ["1", "2"]), ("c", ["3", None]))
        assert bad == ([("the row has no items", '["b", null]')] if missing is None else [])
    floats = pa.table({"user": [1, 2, 3], "items": [[1.0, 2.5], [], [4.0]]})
    pq.write_table(floats, tmp_path / "b.parquet")
    good, bad = read(tmp_path / "b.parquet", LISTS)
    assert good == [("2", []), ("3", ["4"])] and len(bad) == 1
    pq.write_table(pa.table({"user": [1], "items": ["1,2"]}), tmp_path / "c.parquet")
    with pytest.raises(UsageError, match="no list of ids"):
        read(tmp_path / "c.parquet", LISTS)


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"PAR1", "damaged"), (b"user,item\n1,2\n", "damaged"), (b"PAR1 and no more PAR1", "damaged")],
)
def test_damaged_files_are_refused_before_work(tmp_path: Path, content: bytes, said: str) -> None:
    (tmp_path / "a.parquet").write_bytes(content)
    with pytest.raises(UsageError, match=said):
        read(tmp_path / "a.parquet")


def test_a_format_that_is_not_read_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "a.orc").write_bytes(b"ORC")
    with pytest.raises(UsageError, match=r"no known format; Parquet, .*\.csv.*\.jsonl.*are read"):
        read(tmp_path / "a.orc")


VALUES = st.one_of(
    st.lists(TEXTS, min_size=1, max_size=6),
    st.lists(st.integers(-(2**63), 2**63 - 1), min_size=1, max_size=6),
    st.lists(st.integers(-(2**53), 2**53).map(float), min_size=1, max_size=6),
    st.lists(TEXTS.map(str.encode), min_size=1, max_size=6),
)


@settings(max_examples=150, deadline=None)
@given(VALUES, st.sampled_from(["snappy", "gzip", "zstd", "none"]), st.booleans())
def test_what_pandas_wrote(values: list[Any], compression: str, category: bool) -> None:
    users = pd.Series(values)
    frame = pd.DataFrame({"user": users.astype("category") if category else users, "item": 1})
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "a.parquet")
        frame.to_parquet(path, compression=None if compression == "none" else compression)
        assert read(path) == ([(expected(value), "1") for value in values], [])
