import json
from pathlib import Path

import pytest

from steamrec.data import tables
from steamrec.data.tables import Table
from steamrec.errors import GateRefusedError, RunError, UsageError
from steamrec.publish.gates import quality, regression
from steamrec.publish.gates.candidate import Candidate
from steamrec.publish.gates.check import check_gates
from steamrec.publish.layout import upgrade_layout
from steamrec.publish.old_runs import old_runs, remove_runs
from steamrec.publish.pointer import POINTER, load_pointer
from steamrec.publish.previous_run import run_to_compare
from steamrec.publish.published_fields import PUBLISHED, run_folder, serving_name
from steamrec.publish.rollback import roll_back
from steamrec.publish.runs import published_run, record_name
from steamrec.spark.content_hash import content_hash
from steamrec.workspace import Workspace


def run_id(number):
    return f"20260101T00000{number}Z-abcdef"


def publish(workspace, number, date):
    previous = published_run(workspace)
    serving = serving_name(date, run_id(number))
    record = {
        "date": date, "run_id": run_id(number), "path": run_folder(date, run_id(number)),
        "serving": serving, "rows": 5, "users": 1, "model": "gmf", "content_hash": "0",
    }  # fmt: skip
    record |= {"ndcg": 0.3, "previous": previous and {key: previous[key] for key in PUBLISHED}}
    workspace.write_bytes(f"{serving}/serving.json", b"{}")
    workspace.write_bytes(f"{run_folder(date, run_id(number))}/_SUCCESS", b"")
    workspace.write_json(record_name(date, run_id(number)), record)
    workspace.write_json(POINTER, {key: record[key] for key in PUBLISHED})


@pytest.fixture
def workspace(tmp_path):
    workspace = Workspace(str(tmp_path))
    for number in range(4):
        publish(workspace, number, f"2026-01-0{1 + number}")
    return workspace


def remove_old_runs(workspace, keep):
    """What publishing the shown run removes."""
    record = published_run(workspace)
    return remove_runs(workspace, record, old_runs(workspace, record, record["previous"], keep))


def shown(workspace):
    return workspace.read_json(POINTER)["run_id"]


def test_rolling_back_goes_one_run_back_each_time(workspace):
    assert roll_back(workspace)["run_id"] == run_id(2) == shown(workspace)
    assert roll_back(workspace)["run_id"] == run_id(1) == shown(workspace)
    assert set(workspace.read_json(POINTER)) == {*PUBLISHED, "rolled_back", "removed", "move"}
    left = [run["run_id"] for run in load_pointer(workspace).rolled_back]
    assert left == [run_id(3), run_id(2)]


def test_there_is_no_going_back_before_the_first_run(tmp_path):
    workspace = Workspace(str(tmp_path))
    with pytest.raises(UsageError, match="no earlier published run"):
        roll_back(workspace)
    publish(workspace, 1, "2026-01-01")
    with pytest.raises(UsageError, match="no earlier published run"):
        roll_back(workspace)
    assert shown(workspace) == run_id(1)


def test_a_run_that_is_gone_is_not_gone_back_to(workspace):
    workspace.remove(run_folder("2026-01-03", run_id(2)))
    with pytest.raises(UsageError, match="no longer kept"):
        roll_back(workspace)
    assert shown(workspace) == run_id(3)


def test_old_nights_go_and_the_run_before_stays(workspace):
    other = "exports/csv/dt=2026-01-01/run=" + run_id(0)
    workspace.write_bytes(f"{other}/part.csv", b"")
    remove_old_runs(workspace, 1)
    assert workspace.list("serving") == ["dt=2026-01-03", "dt=2026-01-04"]
    assert [name for name in workspace.list("exports") if name.startswith("dt=")] == [
        "dt=2026-01-03",
        "dt=2026-01-04",
    ]
    assert not workspace.exists("exports/csv/dt=2026-01-01")
    assert roll_back(workspace)["run_id"] == run_id(2)
    remove_old_runs(workspace, 1)  # what readers see stays, however old
    assert workspace.has_table(run_folder("2026-01-03", run_id(2)))


def test_a_run_that_was_never_published_goes(workspace):
    died = run_folder("2026-01-04", "20260101T000002Z-abcdee")
    workspace.write_bytes(f"{died}/_SUCCESS", b"")
    unpublished = serving_name("2026-01-04", "20260101T000001Z-abcdee")
    workspace.write_bytes(f"{unpublished}/serving.json", b"")
    later = run_folder("2026-01-04", run_id(9))  # another publisher may be at work on it
    workspace.write_bytes(f"{later}/_SUCCESS", b"")
    names = [name.split("/", 1)[1] for name in (unpublished, died)]
    assert remove_old_runs(workspace, 14) == names
    assert not workspace.exists(unpublished)
    assert workspace.exists(later)


@pytest.mark.parametrize(
    ("date", "run"),
    [("..", run_id(1)), ("2026-01-01", ".."), ("2026-01-01/..", run_id(1)),
     ("2026-01-01", f"{run_id(1)}/../.."), ("2026-01-01\n", run_id(1))],
)  # fmt: skip
def test_dates_and_run_ids_that_lead_elsewhere_are_refused(workspace, date, run):
    with pytest.raises(UsageError, match="Invalid date or run id"):
        run_folder(date, run)
    workspace.write_json(POINTER, {"date": date, "run_id": run})
    with pytest.raises(RunError, match=r"latest\.json is damaged"):
        roll_back(workspace)


@pytest.mark.parametrize("content", [b"{", b"[]", b"{}", b'{"date": 1, "run_id": 2}'])
def test_a_damaged_pointer_is_named(workspace, content):
    workspace.write_bytes(POINTER, content)
    with pytest.raises(RunError, match=r"latest\.json is damaged"):
        published_run(workspace)


NDCG = {"popularity": 0.2, "gmf": 0.3}


@pytest.mark.parametrize(
    ("changes", "gate", "figures"),
    [
        ({}, None, ()),
        ({"ndcg": NDCG | {"gmf": 0.19}}, "popularity", ("0.1900", "0.2000")),
        ({"ndcg": NDCG | {"gmf": 0.25}}, "ndcg", ("0.2500", "0.3000")),
        ({"ndcg": {"popularity": 0.2}}, "popularity", ("gmf", "not measured")),
        ({"ndcg": {"gmf": 0.3}}, "popularity", ("popularity", "not measured")),
        ({"previous": {"ndcg": None}}, "ndcg", ("not measured",)),
        ({"users": "strangers"}, "overlap", ("no user of the last",)),
        ({"rows": 7}, "rows", ("7 rows", "has 5")),
        ({"rows": 3}, "rows", ("3 rows", "has 5")),
        ({"items": ["7", "8"]}, "overlap", ("0.0000", "0.5000")),
        ({"ndcg": NDCG | {"gmf": 0.28}, "rows": 6, "items": ["1", "8"]}, None, ()),
    ],
)
def test_gates_against_popularity_and_the_run_before(make_context, changes, gate, figures):
    context = make_context("gates.min_overlap=0.5")
    new = Table(run_folder("2026-01-02", run_id(2)), tables.EXPORT.columns)
    old = Table(run_folder("2026-01-01", run_id(1)), tables.EXPORT.columns)
    for table, items in ((old, ["1", "2"]), (new, changes.get("items", ["2", "3"]))):
        user = changes.get("users", "u") if table is new else "u"
        rows = [(user, rank, item, "x", 1.0, "gmf") for rank, item in enumerate(items, 1)]
        context.write(context.spark.createDataFrame(rows, tables.EXPORT.ddl), table)
    previous = {"date": "2026-01-01", "run_id": run_id(1), "rows": 5, "ndcg": 0.3}
    previous |= changes.get("previous", {})

    def check():
        run = Candidate(context, new, "gmf", changes.get("ndcg", NDCG), previous)
        run.hashed = (changes.get("rows", 5), "0")
        check_gates(run, [*quality.GATES, *regression.GATES])

    if gate is None:
        check()
        return
    with pytest.raises(GateRefusedError, match=f"'{gate}' refused") as refusal:
        check()
    assert all(figure in str(refusal.value) for figure in figures)


RUN = {
    "date": "2026-01-01", "run_id": run_id(1), "path": run_folder("2026-01-01", run_id(1)),
    "serving": None, "rows": 2, "users": 1, "model": "gmf",
}  # fmt: skip


def write_run(context, content_hash_of_record, **changes):
    """A published run of two rows."""
    workspace = context.workspace
    pointer = RUN | {"content_hash": content_hash_of_record} | changes.get("pointer", {})
    record = RUN | {"content_hash": content_hash_of_record, "ndcg": 0.3, "previous": None}
    record |= changes.get("record", {})
    workspace.write_json(POINTER, pointer)
    workspace.write_json(record_name(RUN["date"], RUN["run_id"]), record)


def test_what_cannot_be_compared_with_is_not_published_over(make_context):
    context = make_context()
    workspace = context.workspace
    lists = Table(RUN["path"], tables.EXPORT.columns)
    rows = [("u", rank, str(rank), "x", 1.0, "gmf") for rank in (1, 2)]
    frame = context.spark.createDataFrame(rows, tables.EXPORT.ddl).coalesce(1)
    context.write(frame, lists)
    hashed = content_hash(context.read(lists), lists.hashed)[1]
    assert run_to_compare(context)[1] is None
    write_run(context, hashed)
    assert run_to_compare(context)[1]["ndcg"] == 0.3

    def refused(words):
        with pytest.raises(GateRefusedError, match=f"{words}.*latest.json to publish without"):
            run_to_compare(context)

    for key, value in (("rows", None), ("rows", "2"), ("rows", True), ("rows", -1), ("rows", 2.0),
                       ("model", ""), ("path", "/etc"), ("serving", "elsewhere")):  # fmt: skip
        write_run(context, hashed, pointer={key: value})
        refused(rf"latest.json is damaged \({key}")
    write_run(context, hashed)
    for value in (float("nan"), float("inf"), "0.3", True, 7):
        (Path(workspace.root) / record_name(RUN["date"], RUN["run_id"])).write_text(
            json.dumps(RUN | {"content_hash": hashed, "ndcg": value, "previous": None})
        )
        refused(r"_run.json is damaged \(ndcg")
    write_run(context, hashed, record={"rows": 3})
    refused("differ in rows")
    write_run(context, "0" * 32)
    refused("does not hold the 2 rows")
    write_run(context, hashed)
    workspace.remove(record_name(RUN["date"], RUN["run_id"]))
    refused("_run.json is gone")
    write_run(context, hashed)
    [part] = Path(workspace.path(lists.name)).glob("*.parquet")
    whole = part.read_bytes()
    part.with_name(f".{part.name}.crc").unlink()
    part.write_bytes(whole[:-20])
    refused("is damaged")
    part.unlink()
    refused("does not hold the 2 rows")
    workspace.remove(f"{lists.name}/_SUCCESS")
    refused("is gone or was not written")


def test_a_workspace_of_layout_1_is_upgraded(tmp_path, workspace):
    """Layout 1 wrote absolute paths, here of the folder that the workspace was copied from."""
    names = [record_name(f"2026-01-0{n + 1}", run_id(n)) for n in range(4)]
    wanted = {}
    for name in (*names, POINTER):
        wanted[name] = workspace.read_json(name)
        old = {key: value for key, value in wanted[name].items() if key != "serving"}
        old["path"] = f"/old/place/{old['path']}"
        if old.get("previous"):
            old["previous"] = old["previous"] | {"path": f"/old/{old['previous']['path']}"}
        workspace.write_json(name, old)
    assert published_run(workspace)["path"] == wanted[POINTER]["path"]
    upgrade_layout(workspace)
    for name, value in wanted.items():
        assert workspace.read_json(name)["path"] == value["path"]
        assert workspace.read_json(name)["serving"] is None
    assert roll_back(workspace)["run_id"] == run_id(2)


def test_rolling_back_brings_lists_and_serving_set_back_together(workspace):
    roll_back(workspace)
    pointer = workspace.read_json(POINTER)
    assert pointer["serving"] == serving_name("2026-01-03", run_id(2))
    workspace.remove(serving_name("2026-01-02", run_id(1)))
    with pytest.raises(UsageError, match="no longer kept"):
        roll_back(workspace)
    assert workspace.read_json(POINTER) == pointer
