import pytest

from steamrec.data import tables
from steamrec.data.tables import Table
from steamrec.errors import GateRefusedError, RunError, UsageError
from steamrec.publish.pointer import POINTER
from steamrec.publish.regression_gates import check_figures
from steamrec.publish.runs import (
    PUBLISHED,
    published_run,
    record_name,
    remove_old_runs,
    roll_back,
    run_folder,
)
from steamrec.workspace import Workspace


def run_id(number):
    return f"20260101T00000{number}Z-abcdef"


def publish(workspace, number, date):
    previous = published_run(workspace)
    record = dict.fromkeys(PUBLISHED, 0) | {"date": date, "run_id": run_id(number)}
    if previous:
        record["previous"] = {key: previous[key] for key in PUBLISHED}
    workspace.write_bytes(f"{run_folder(date, run_id(number))}/_SUCCESS", b"")
    workspace.write_json(record_name(date, run_id(number)), record)
    workspace.write_json(POINTER, {key: record[key] for key in PUBLISHED})


@pytest.fixture
def workspace(tmp_path):
    workspace = Workspace(str(tmp_path))
    for number in range(4):
        publish(workspace, number, f"2026-01-0{1 + number}")
    return workspace


def shown(workspace):
    return workspace.read_json(POINTER)["run_id"]


def test_rolling_back_goes_one_run_back_each_time(workspace):
    assert roll_back(workspace)["run_id"] == run_id(2) == shown(workspace)
    assert roll_back(workspace)["run_id"] == run_id(1) == shown(workspace)
    assert set(workspace.read_json(POINTER)) == set(PUBLISHED)


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
    assert [name for name in workspace.list("exports") if name.startswith("dt=")] == [
        "dt=2026-01-03",
        "dt=2026-01-04",
    ]
    assert not workspace.exists("exports/csv/dt=2026-01-01")
    assert roll_back(workspace)["run_id"] == run_id(2)
    remove_old_runs(workspace, 1)  # what readers see stays, however old
    assert workspace.has_table(run_folder("2026-01-03", run_id(2)))


def test_a_run_that_was_never_published_goes(workspace):
    died = run_folder("2026-01-04", run_id(9))
    workspace.write_bytes(f"{died}/_SUCCESS", b"")
    assert remove_old_runs(workspace, 14) == [died]


@pytest.mark.parametrize(
    ("date", "run"),
    [("..", run_id(1)), ("2026-01-01", ".."), ("2026-01-01/..", run_id(1)),
     ("2026-01-01", f"{run_id(1)}/../.."), ("2026-01-01\n", run_id(1))],
)  # fmt: skip
def test_dates_and_run_ids_that_lead_elsewhere_are_refused(workspace, date, run):
    with pytest.raises(UsageError, match="no such date or run id"):
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
        rows = [("u", rank, item, "x", 1.0, "gmf") for rank, item in enumerate(items, 1)]
        context.write(context.spark.createDataFrame(rows, tables.EXPORT.ddl), table)
    previous = {"date": "2026-01-01", "run_id": run_id(1), "rows": 5, "ndcg": 0.3}

    def check():
        ndcg, rows = changes.get("ndcg", NDCG), changes.get("rows", 5)
        check_figures(context, new, rows, ndcg, "gmf", previous)

    if gate is None:
        check()
        return
    with pytest.raises(GateRefusedError, match=f"'{gate}' refused") as refusal:
        check()
    assert all(figure in str(refusal.value) for figure in figures)
