import bz2
import gzip

import pytest

from steamrec import tables
from steamrec.errors import RunError, UsageError
from steamrec.stage import run_stage
from steamrec.stages import ingest


def line(user="u", items=()):
    entries = [
        {"item_id": item, "item_name": f"Game {item}", "playtime_forever": 1, "playtime_2weeks": 0}
        for item in items
    ]
    return repr(
        {"user_id": user, "items_count": len(entries), "steam_id": "1", "user_url": "x",
         "items": entries}
    ).encode()  # fmt: skip


LINES = [line(f"user{number}", ["10", "20"][: number % 3]) for number in range(9)]


def content(lines):
    return b"".join(entry + b"\n" for entry in lines)


def users(context):
    rows = context.read(tables.LIBRARIES).orderBy("file", "block", "row").collect()
    return [row.user_id for row in rows]


def test_files_of_all_kinds_in_a_folder(make_context, tmp_path):
    folder = tmp_path / "raw"
    folder.mkdir()
    (folder / "a.json").write_bytes(content(LINES[:3]))
    (folder / "b.json.gz").write_bytes(gzip.compress(content(LINES[3:6])))
    (folder / "c.json.bz2").write_bytes(bz2.compress(content(LINES[6:])))
    (folder / "_hidden").write_bytes(b"nonsense")
    for path in (folder, f"{folder}/*.json*", f"file://{folder}"):
        context = make_context(f"input.path={path}")
        receipt = run_stage(ingest.STAGE, context)
        assert receipt.counts["lines"] == 9
        assert users(context) == [f"user{number}" for number in range(9)]


def test_lines_keep_the_order_of_the_file(make_context, tmp_path):
    path = tmp_path / "raw.json.gz"
    names = [f"u{number}" for number in range(500)]
    path.write_bytes(gzip.compress(content([line(name) for name in names])))
    context = make_context(f"input.path={path}")
    run_stage(ingest.STAGE, context)
    assert users(context) == names


def test_windows_line_ends_and_no_last_line_feed(make_context, tmp_path):
    path = tmp_path / "raw.json"
    path.write_bytes(LINES[0] + b"\r\n" + LINES[1])
    context = make_context(f"input.path={path}")
    assert run_stage(ingest.STAGE, context).counts["lines"] == 2


def test_what_cannot_be_read_is_kept_with_its_reason(make_context, tmp_path):
    path = tmp_path / "raw.json"
    bad = [b"", b"{'user_id': 1}", b"{'a': \xff}", b"[" * 10_000, b"x" * 5_000]
    path.write_bytes(content([*LINES, *bad]))
    context = make_context(
        f"input.path={path}",
        "ingest.max_quarantined_fraction=0.5",
        "ingest.max_line_bytes=20000",
        "ingest.max_quarantined_characters=100",
    )
    receipt = run_stage(ingest.STAGE, context)
    assert receipt.counts["quarantined"] == len(bad)
    rows = {row.line: row for row in context.read(tables.QUARANTINE).collect()}
    assert rows[""].reason == "an empty line"
    assert rows["{'user_id': 1}"].reason == "user_id is a int, not a string"
    assert rows["{'a': \\xff}"].reason.startswith("not valid UTF-8")
    assert rows["[" * 100].reason.startswith("nested")
    assert rows["x" * 100].file.endswith("raw.json")


def test_a_very_long_line_does_not_stop_the_run(make_context, tmp_path):
    path = tmp_path / "raw.json"
    with path.open("wb") as file:
        file.write(content(LINES) + b"[" * 100_000_000 + b"\n" + content(LINES))
    context = make_context(f"input.path={path}", "ingest.max_quarantined_fraction=0.1")
    receipt = run_stage(ingest.STAGE, context)
    assert (receipt.counts["libraries"], receipt.counts["quarantined"]) == (18, 1)
    [row] = context.read(tables.QUARANTINE).collect()
    assert row.reason.startswith("longer than 16,777,216 bytes")
    assert len(row.line) == 10_000


def test_too_much_quarantine_fails_and_says_why(make_context, tmp_path):
    path = tmp_path / "raw.json"
    path.write_bytes(content([*LINES, b"{", b"{", b"[1]"]))
    context = make_context(f"input.path={path}")
    with pytest.raises(RunError, match=r"3 of 12 lines .*\(2\).*a list where a dict.*quarantine"):
        run_stage(ingest.STAGE, context)
    assert context.read(tables.QUARANTINE).count() == 3
    assert not context.workspace.exists("receipts/ingest.json")


def test_a_truncated_gzip_is_a_clear_error(make_context, tmp_path):
    path = tmp_path / "raw.json.gz"
    path.write_bytes(gzip.compress(content([line(f"u{n}", ["10"]) for n in range(5000)]))[:-500])
    with pytest.raises(RunError, match="cut short or damaged"):
        run_stage(ingest.STAGE, make_context(f"input.path={path}"))


@pytest.mark.parametrize(
    ("name", "words"),
    [("", "not set"), ("missing.json", "names no file"), ("empty.json", "is empty")],
)
def test_no_input_is_bad_use(make_context, tmp_path, name, words):
    (tmp_path / "empty.json").write_bytes(b"")
    path = f"{tmp_path}/{name}" if name else ""
    with pytest.raises(UsageError, match=words):
        run_stage(ingest.STAGE, make_context(f'input.path="{path}"'))


def test_a_changed_file_is_read_again_and_an_unchanged_one_is_not(make_context, tmp_path):
    path = tmp_path / "raw.json"
    path.write_bytes(content(LINES))
    context = make_context(f"input.path={path}")
    first = run_stage(ingest.STAGE, context)
    assert run_stage(ingest.STAGE, context) == first
    path.write_bytes(content(LINES[:4]))
    assert run_stage(ingest.STAGE, context).counts["lines"] == 4


def test_interactions_become_libraries(make_context, tmp_path):
    path = tmp_path / "pairs.csv"
    path.write_text("user,item\n10,b\n9,20\n9,3\n9,3\nx,3\n,5\n")
    context = make_context(
        f"input.path={path}", "input.format=interactions", "ingest.max_quarantined_fraction=0.5"
    )
    receipt = run_stage(ingest.STAGE, context)
    rows = context.read(tables.LIBRARIES).orderBy("row").collect()
    assert [(row.user_id, [item.item_id for item in row["items"]]) for row in rows] == [
        ("9", ["3", "3", "20"]),
        ("10", ["b"]),
        ("x", ["3"]),
    ]
    assert receipt.counts["quarantined"] == 1
