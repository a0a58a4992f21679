import json
import shutil

import pandas as pd
import pyarrow as pa
import pytest

import steamrec
from steamrec.publish.rejection import record_refusal
from tests.support.small_workspace import publish_small_workspace, write_small_workspace

LATER = "dt=2026-02-01/run=20260201T010203Z-abcdef"
COLUMNS = ["user_id", "rank", "item_id", "item_name", "score", "source"]


def publish_again(files, lists):
    """Publish a later run with `lists` (user_id, item_id, score), which follows the first."""
    before = files.read_json("exports/latest.json")
    columns = dict(
        zip(("user_id", "item_id", "score"), map(list, zip(*lists, strict=True)), strict=True)
    )
    count = len(lists)
    columns |= {"rank": [1] * count, "item_name": ["?"] * count, "source": ["ease"] * count}
    frame = pd.DataFrame(columns)[COLUMNS]
    path = files.path(f"exports/{LATER}/part-0.parquet")
    files.write_bytes(f"exports/{LATER}/_SUCCESS", b"")
    frame.to_parquet(path)
    publish_small_workspace(files, LATER, ["ease"])
    record = files.read_json(f"exports/{LATER}/_run.json")
    files.write_json(f"exports/{LATER}/_run.json", record | {"previous": before})


def test_all_lists_as_pandas_and_as_arrow(tmp_path):
    write_small_workspace(tmp_path)
    workspace = steamrec.Workspace(tmp_path)
    lists = workspace.published()
    assert list(lists.columns) == COLUMNS
    assert lists[["user_id", "rank"]].values.tolist() == [["cold", 1], ["known", 1], ["known", 2]]
    table = workspace.published(format="arrow")
    assert isinstance(table, pa.Table)
    assert table.to_pandas().equals(lists)
    with pytest.raises(steamrec.UsageError, match="'pandas' or 'arrow', not 'csv'"):
        workspace.published(format="csv")


def test_the_lists_of_a_date_are_those_of_a_published_run(tmp_path):
    files = write_small_workspace(tmp_path)
    workspace = steamrec.Workspace(tmp_path)
    first = workspace.published()
    publish_again(files, [("known", "40", 1.0)])
    assert workspace.published().item_id.tolist() == ["40"]
    assert workspace.published("2026-01-31").equals(first)
    # A run that was cut off, or refused, has no record.
    files.write_bytes("exports/dt=2026-01-31/run=20260131T230000Z-abcdef/part-0.parquet", b"")
    files.write_bytes("exports/dt=2026-02-02/run=20260202T010203Z-abcdef/part-0.parquet", b"")
    assert workspace.published("2026-01-31").equals(first)
    with pytest.raises(steamrec.UsageError, match="kept: 2026-01-31, 2026-02-01"):
        workspace.published("2026-02-02")
    with pytest.raises(steamrec.UsageError, match="YYYY-MM-DD"):
        workspace.published("../x")


def test_a_recommender_stays_with_its_run(tmp_path):
    files = write_small_workspace(tmp_path)
    workspace = steamrec.Workspace(tmp_path)
    recommender = workspace.recommender()
    first = recommender.recommend("known")
    publish_again(files, [("known", "40", 1.0)])
    assert recommender.recommend("known") == first
    assert recommender.run.date == "2026-01-31"
    later = workspace.recommender()
    assert later.run.date == "2026-02-01"
    assert [item.item_id for item in later.recommend("known")] == ["40"]
    run = workspace.rollback()
    assert (run.date, run.rows) == ("2026-01-31", 3)
    assert workspace.recommender().recommend("known") == first
    assert later.run.date == "2026-02-01"
    with pytest.raises(steamrec.UsageError, match="no earlier published run"):
        workspace.rollback()


def test_a_recommender_of_a_run_that_is_no_longer_kept_says_so(tmp_path):
    files = write_small_workspace(tmp_path)
    recommender = steamrec.Workspace(tmp_path).recommender()
    publish_again(files, [("known", "40", 1.0)])
    for root in ("exports", "serving"):
        shutil.rmtree(tmp_path / root / "dt=2026-01-31")
    for ask in (
        lambda: recommender.recommend("known"),
        lambda: recommender.recommend_items(["10"]),
        lambda: recommender.similar("Doom"),
    ):
        with pytest.raises(steamrec.RunError, match="no longer kept; open the recommender again"):
            ask()


def test_metrics_are_one_row_per_figure(tmp_path):
    workspace = steamrec.Workspace(tmp_path)
    with pytest.raises(steamrec.UsageError, match=r"Nothing is evaluated in .* yet"):
        workspace.metrics()
    row = {"model": "ease", "protocol": "full", "metric": "hr", "k": 10, "value": 0.5}
    content = {"users": 3, "items": 5, "best": "ease", "results": [row | {"ci95": [0.4, 0.6]}]}
    (tmp_path / "metrics.json").write_text(json.dumps(content))
    frame = workspace.metrics()
    expected = [row | {"ci95_low": 0.4, "ci95_high": 0.6}]
    assert frame.to_dict("records") == expected
    assert frame.attrs == {"users": 3, "items": 5, "best": "ease"}


@pytest.mark.parametrize(
    "content", ["{", "[]", "{}", '{"results": [{"model": 1}]}', '{"results": [{"ci95": [1]}]}']
)
def test_damaged_metrics_are_named(tmp_path, content):
    (tmp_path / "metrics.json").write_text(content)
    with pytest.raises(steamrec.RunError, match=r"metrics\.json is damaged"):
        steamrec.Workspace(tmp_path).metrics()


def test_the_status_of_a_workspace(tmp_path):
    files = write_small_workspace(tmp_path)
    workspace = steamrec.Workspace(tmp_path)
    with pytest.raises(steamrec.UsageError, match="There is no workspace"):
        workspace.status()
    receipt = {
        "stage": "ingest", "basis": {}, "files": {}, "seconds": 1.5, "finished": "2026-01-31",
        "outputs": {"libraries": {"rows": 7, "content_hash": "0"}},
    }  # fmt: skip
    files.write_json("receipts/ingest.json", receipt)
    record_refusal(files, "2026-02-01", "20260201T000000Z-def", "gmf", "The gate 'rows' ...")
    files.write_json("exports/dt=2026-02-01/run=20260201T000000Z-def/_SUCCESS", 0)
    files.write_json("exports/dt=2026-02-01/run=20260201T000001Z-def/_SUCCESS", 0)
    status = workspace.status(steamrec.load_settings(train={"models": ["ease"]}))
    assert status.published.run_id == "20260131T010203Z-abcdef"
    assert status.refused["why"] == "The gate 'rows' ..."
    assert status.unfinished == ("20260201T000001Z-def",)
    assert status.next_stages[0] == "ingest"
    frame = status.to_pandas()
    assert frame.stage.tolist() == [stage.name for stage in status.stages]
    assert frame.rows[0] == 7


def test_a_workspace_is_a_path(tmp_path):
    workspace = steamrec.Workspace(tmp_path / "w")
    assert workspace.path == str(tmp_path / "w")
    assert steamrec.Workspace(workspace).path == workspace.path
    assert not (tmp_path / "w").exists()
    with pytest.raises(steamrec.UsageError, match="Nothing is published in"):
        workspace.recommender()
