"""Your own interactions through the stage, from files of all kinds to libraries."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from steamrec.data import tables
from steamrec.data.context import Context
from steamrec.errors import RunError, UsageError
from steamrec.models.settings import load_settings
from steamrec.pipeline.declarations import INGEST
from steamrec.pipeline.runner import run_stage
from steamrec.workspace import Workspace
from tests.support.tables_of_others import write_csv


def libraries(context):
    rows = context.read(tables.LIBRARIES).orderBy("offset").collect()
    return [(row.user_id, [item.item_id for item in row["items"]]) for row in rows]


def test_interactions_become_libraries(make_context, tmp_path):
    path = tmp_path / "pairs.csv"
    path.write_text("user,item\n10,b\n9,20\n9,3\n9,3\nx,3\n,5\n")
    context = make_context(
        f"input.path={path}", "input.format=interactions", "ingest.max_quarantined_fraction=0.5"
    )
    receipt = run_stage(INGEST, context)
    assert libraries(context) == [("9", ["3", "3", "20"]), ("10", ["b"]), ("x", ["3"])]
    assert receipt.counts["quarantined_lines"] == 1
    assert receipt.counts["lines"] == 6
    quarantined = context.read(tables.QUARANTINE).collect()
    assert [tuple(row) for row in quarantined] == [(str(path), "the row has no user", ",5")]


def test_a_folder_of_all_formats_with_odd_names_is_one_table(make_context, tmp_path):
    folder = tmp_path / "in [1] {a,b} #%20:x"
    part = folder / "user=a%2Fb"
    part.mkdir(parents=True)
    pq.write_table(pa.table({"Item": pa.array([7, 8], pa.int32())}), part / "p[0].parquet")
    ids = pa.table({"user": [1000.0, 2.0], "item": ["x", None]})
    pq.write_table(ids, folder / "n#1.parquet")
    write_csv(folder / "c.csv.gz", [("1000", 'He said "hi"'), ("é🎮", "a\nb")])
    (folder / "j.jsonl").write_text('{"user": 1000, "item": 5}\n')
    settings = [f"input.path='{folder}'", "input.format=interactions"]
    with pytest.raises(RunError, match=r"1 of 7 lines .*the row has no item \(1\)"):
        run_stage(INGEST, make_context(*settings, folder="refused"))
    context = make_context(*settings, "ingest.max_quarantined_fraction=0.2")
    run_stage(INGEST, context)
    assert libraries(context) == [
        ("1000", ["5", 'He said "hi"', "x"]),
        ("a/b", ["7", "8"]),
        ("é🎮", ["a\nb"]),
    ]
    (row,) = context.read(tables.QUARANTINE).collect()
    assert row.file == f"{folder}/n#1.parquet"


def test_what_cannot_be_read_is_known_before_spark_starts(tmp_path: Path) -> None:
    path = tmp_path / "pairs.csv"
    path.write_text("who,item\n1,2\n")

    def context(*more: str) -> Context:
        given = [f"input.path='{path}'", "input.format=interactions", *more]
        return Context(load_settings(None, given), Workspace(str(tmp_path / "workspace")))

    refused = context()
    with pytest.raises(UsageError, match=r"input\.path .*no column 'user' \(input\.user_column\)"):
        run_stage(INGEST, refused)
    assert "spark" not in vars(refused)
    before = INGEST.external(context("input.user_column=WHO"))
    assert list(before) == [f"input.path ({path})"]
    path.write_text("who,item\n1,20\n")
    assert INGEST.external(context("input.user_column=WHO")) != before
