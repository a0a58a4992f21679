import json

import pytest
from click.testing import CliRunner

from steamrec.cli.main import cli
from steamrec.data.context import Context
from steamrec.errors import UsageError
from steamrec.models.settings import load_settings
from steamrec.pipeline.declarations import night
from steamrec.pipeline.last_settings import last_settings, save_settings
from steamrec.pipeline.plan import plan
from steamrec.publish.rejection import record_refusal
from tests.support.small_workspace import write_small_workspace


def test_a_next_night_has_the_settings_of_the_last_command(tmp_path):
    workspace = write_small_workspace(tmp_path)
    assert last_settings(workspace) == load_settings(None)
    chosen = load_settings(None, ["input.path=raw.json", "train.mlp.hidden=[8, 4]", "export.k=5"])
    save_settings(workspace, chosen)
    assert last_settings(workspace) == chosen
    workspace.write_json("settings.json", {"no such section": {}})
    assert last_settings(workspace) == load_settings(None)


def test_a_missing_input_is_said_in_the_plan(tmp_path):
    context = Context(
        load_settings(None, ["input.path=/gone.json"]), write_small_workspace(tmp_path)
    )
    assert plan(night(context.settings), context)[0].reason == "it has not finished yet"


def test_status_prints_the_published_run_and_what_is_missing(tmp_path):
    workspace = write_small_workspace(tmp_path)
    workspace.write_json("exports/dt=2026-02-01/run=20260201T000000Z-def/_SUCCESS", 0)
    command = ["status", "--workspace", str(tmp_path)]
    with pytest.raises(UsageError, match="no workspace"):
        CliRunner().invoke(cli, command, catch_exceptions=False)
    receipt = {
        "stage": "ingest", "basis": {}, "files": {}, "seconds": 1.5, "finished": "2026-01-31",
        "outputs": {"libraries": {"rows": 7, "content_hash": "0"}},
    }  # fmt: skip
    workspace.write_bytes("receipts/ingest.json", json.dumps(receipt).encode())
    shown = CliRunner().invoke(
        cli, ["status", "--workspace", str(tmp_path)], catch_exceptions=False
    )
    assert shown.exit_code == 0
    assert "Published: 2026-01-31, run 20260131T010203Z-abcdef, model ease, 3 rows" in shown.output
    assert "not published (cut off): 20260201T000000Z-def" in shown.output
    record_refusal(workspace, "2026-02-01", "20260201T000000Z-def", "gmf", "The gate 'rows' ...")
    shown = CliRunner().invoke(cli, command, catch_exceptions=False)
    assert "Refused: 2026-02-01, run 20260201T000000Z-def: The gate 'rows' ..." in shown.output
    assert "not published" not in shown.output
    assert "No input was given: set input.path" in shown.output
    assert "prepare           -" in shown.output
    assert "The next night would run ingest, prepare," in shown.output
