"""Exported lists read back to the same rows, whatever ids and names hold."""

import csv
import io
import json
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from steamrec.data import tables
from steamrec.data.tables import Table
from steamrec.ingest.columns import Column
from steamrec.publish.csv_lists import csv_text, neutral
from steamrec.publish.formats import write_formats
from tests.support.tables_of_others import read

TEXT = st.text(st.characters(exclude_categories=["Cs"])) | st.sampled_from(
    [
        "",
        " bob",
        "bob ",
        "bob",
        '"',
        '""',
        "a,b",
        "a\nb",
        "a\r\nb",
        "\r",
        "\0",
        "\\",
        "\u2028",
        "😀",
        "NA",
    ]
)
ROWS = st.lists(
    st.tuples(TEXT, st.integers(1, 9), TEXT, TEXT, st.floats(width=32, allow_nan=False))
)
OWN_COLUMNS = tuple(Column(role, f"{role}_id", f"input.{role}_column") for role in ("user", "item"))
HEADER = list(tables.EXPORT.columns)[:5]


@given(ROWS)
def test_csv_reads_back_to_the_same_rows(rows):
    text = csv_text(HEADER, [(*row[:4], np.float32(row[4])) for row in rows], False)
    head, *found = csv.reader(io.StringIO(text, newline=""), strict=True)
    assert head == HEADER
    back = [
        (user, int(rank), item, name, np.float32(score)) for user, rank, item, name, score in found
    ]
    assert back == [(*row[:4], np.float32(row[4])) for row in rows]


@given(ROWS)
@settings(max_examples=60, deadline=None)
def test_steamrec_reads_its_own_csv_back(rows):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "lists.csv"
        path.write_bytes(csv_text(HEADER, rows, False).encode())
        good, bad = read(path, OWN_COLUMNS) if rows else ([], [])
    ids = [(row[0], row[2]) for row in rows]
    assert good == [pair for pair in ids if all(text.strip() for text in pair)]
    assert len(bad) == len(ids) - len(good)  # an id without a letter is a missing one


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\t=1", "\rx", "\nx", " =1", "\uff1d1"])
def test_formulas_are_neutralised(text):
    assert neutral(text) == f"'{text}"


@pytest.mark.parametrize("value", ["bob", " bob", "a=1", "", -1.5, 3, "'=1"])
def test_other_values_stay(value):
    assert neutral(value) == value


def read_back(root, table, rows):
    """All three formats of a run are inputs of steamrec's own, with the same ids."""
    wanted = sorted((row[0], row[2]) for row in rows if row[0].strip())
    folders = [root / table.name, *root.glob("exports/json/*/*"), *root.glob("exports/csv/*/*")]
    assert len(folders) == 3
    for folder in folders:
        good, bad = read(folder, OWN_COLUMNS)
        assert sorted(good) == wanted, folder
        assert len(bad) == len(rows) - len(wanted)


def test_json_and_csv_of_a_run_hold_its_rows(make_context):
    texts = ["", " bob", "bob", "bob ", '"q"', "a,b", "a\nb", "a\r\nb", "\r", "\0", "\\",
             "\u2028", "😀", "\x1b[1m", "=1+1", "\ufeffx", "\x85", "1000.0", "007", "nan",
             "\U0010ffff", "\ufffe", "\u202ex", "é", "e\u0301", "\xa0x\xa0"]  # fmt: skip
    rows = sorted(
        (text, 1, f"{text}i", text, 0.1 + number, "gmf") for number, text in enumerate(texts)
    )
    table = Table("exports/dt=2026-01-31/run=1", tables.EXPORT.columns)
    for formula, number in (("false", 0), ("true", 1)):
        context = make_context(
            'export.formats=["json","csv"]',
            f"export.csv_neutralize_formulas={formula}",
            folder=f"w{number}",
        )
        context.write(context.spark.createDataFrame(rows, tables.EXPORT.ddl).repartition(2), table)
        write_formats(context, table)
        root = Path(context.workspace.root)
        lines = [line for path in root.glob("exports/json/*/*/*.json")
                 for line in path.read_bytes().decode().split("\n") if line]  # fmt: skip
        found = sorted(
            tuple(json.loads(line)[name] for name in tables.EXPORT.columns) for line in lines
        )
        assert [(*row[:4], row[5]) for row in found] == [(*row[:4], row[5]) for row in rows]
        found = []
        for path in root.glob("exports/csv/*/*/part-*.csv"):
            with path.open(newline="", encoding="utf-8") as file:
                found += list(csv.DictReader(file, strict=True))
        wanted = [(row[0], row[2], row[3]) for row in rows]
        if not number:
            read_back(root, table, rows)
        if number:
            wanted = [tuple(neutral(text) for text in row) for row in wanted]
        assert sorted(
            (row["user_id"], row["item_id"], row["item_name"]) for row in found
        ) == sorted(wanted)
        assert {np.float32(row["score"]) for row in found} == {np.float32(row[4]) for row in rows}
