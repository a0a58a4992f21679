import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from steamrec.errors import RunError
from steamrec.serving.parquet_rows import AnyOf, read_parquet
from steamrec.workspace import Workspace

TEXTS = st.sampled_from(["", "a", "b", "é", "三", "a\0b", "z" * 70])


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.none() | TEXTS, st.integers(-3, 3)), max_size=30),
    st.lists(TEXTS, min_size=1, max_size=4),
    st.lists(st.integers(-4, 4), min_size=1, max_size=4),
    st.integers(1, 7),
)
def test_the_rows_are_those_of_a_plain_loop(tmp_path_factory, rows, texts, numbers, group):
    folder = tmp_path_factory.mktemp("t")
    files = Workspace(str(folder))
    table = pa.table(
        {
            "text": pa.array([row[0] for row in rows], pa.string()),
            "number": pa.array([row[1] for row in rows], pa.int32()),
        }
    )
    (folder / "t").mkdir()
    half = len(rows) // 2
    pq.write_table(table.slice(0, half), folder / "t/part-0.parquet", row_group_size=group)
    pq.write_table(table.slice(half), folder / "t/part-1.parquet", row_group_size=group)
    names = ["part-1.parquet", "part-0.parquet"]

    def read(where):
        return read_parquet(files, "t", names, ["number", "text"], where).to_pylist()

    everything = [{"number": number, "text": text} for text, number in rows]
    assert read(None) == everything
    assert read(AnyOf("text", texts)) == [row for row in everything if row["text"] in texts]
    assert read(AnyOf("number", numbers)) == [row for row in everything if row["number"] in numbers]


def test_damage_is_named(tmp_path):
    files = Workspace(str(tmp_path))
    pq.write_table(pa.table({"a": [1]}), tmp_path / "a.parquet")
    pq.write_table(pa.table({"a": ["x"]}), tmp_path / "b.parquet")
    (tmp_path / "c.parquet").write_bytes(b"PAR1")
    for names, columns, words in (
        (["a.parquet"], ["b"], "a.parquet is damaged .it has no column b"),
        (["a.parquet", "b.parquet"], ["a"], "its files have different columns"),
        (["c.parquet"], ["a"], "c.parquet is damaged"),
        (["d.parquet"], ["a"], "d.parquet is damaged .it is gone"),
        ([], ["a"], "it has no Parquet file"),
    ):
        with pytest.raises(RunError, match=words):
            read_parquet(files, ".", names, columns)


def test_files_of_another_store_are_read(tmp_path):
    files = Workspace("memory://rows")
    pq.write_table(pa.table({"a": [1, 2], "b": ["x", "y"]}), tmp_path / "a.parquet")
    files.write_bytes("t/a.parquet", (tmp_path / "a.parquet").read_bytes())
    found = read_parquet(files, "t", ["a.parquet"], ["b"], AnyOf("a", [2]))
    assert found.to_pylist() == [{"b": "y"}]
