import json
from typing import Any

import pytest
from click.testing import CliRunner

from steamrec.cli.main import cli
from steamrec.data.context import Context
from steamrec.errors import UsageError
from steamrec.pipeline.plan import plan, settings_of_receipts
from steamrec.pipeline.stage import Outcome, Stage, run_stage
from steamrec.publish.rejection import record_refusal
from steamrec.settings import load_settings
from steamrec.workspace import Receipt, Workspace
from tests.support.small_workspace import write_small_workspace


def stages(version: int = 1, epochs: int = 3, source: str = "a") -> list[Stage]:
    def writes(name: str, content: str) -> Any:
        def run(context: Context) -> Outcome:
            context.workspace.write_json(name, content)
            return Outcome(hashes={name: content})

        return run

    return [
        Stage("read", 1, (), lambda _: {}, writes("r", source), lambda _: {"raw file": source}),
        Stage("fit", version, ("read",), lambda _: {"epochs": epochs}, writes("f", "x")),
        Stage("show", 1, ("fit",), lambda _: {}, writes("s", "y")),
    ]


@pytest.fixture
def context(tmp_path):
    context = Context(load_settings(None), Workspace(str(tmp_path)), date="2026-01-31")
    for stage in stages():
        run_stage(stage, context)
    return context


def reasons(context, given, same_settings=False):
    return [one.reason for one in plan(given, context, same_settings)]


def test_a_finished_workspace_runs_nothing(context):
    assert reasons(context, stages()) == ["", "", ""]


def test_every_cause_is_named_and_followed(context):
    assert reasons(context, stages(source="b")) == [
        "changed: raw file", "follows read", "follows fit",
    ]  # fmt: skip
    settings = ["", "changed settings: epochs", "follows fit"]
    assert reasons(context, stages(epochs=4)) == settings
    assert reasons(context, stages(epochs=4), same_settings=True) == ["", "", ""]
    assert reasons(context, stages(version=2)) == [
        "", "made by another version of steamrec", "follows fit",
    ]  # fmt: skip
    context.workspace.remove("s")
    assert reasons(context, stages()) == ["", "", "its output is gone"]
    context.workspace.remove("receipts/fit.json")
    assert reasons(context, stages()) == ["", "not finished yet", "follows fit"]


def test_the_settings_that_a_night_with_facts_had(tmp_path):
    workspace = Workspace(str(tmp_path))

    def finished(name, settings, inputs=()):
        Receipt(name, "0", settings, dict.fromkeys(inputs, "0"), {}).save(workspace)

    finished("ingest", {"input": {"path": "raw.json", "format": "steam"}})
    finished("facts", {"input": {"items_path": "games.json"}})
    assert settings_of_receipts(workspace).input.items_path == "games.json"
    finished("export", {"k": 5, "exclude_tags": ["Nudity"], "max_price": 9.5, "min_price": None})
    finished("report", {}, ["facts"])
    settings = settings_of_receipts(workspace)
    assert settings.input.path == "raw.json"
    assert settings.export.filters == {"exclude_tags": ("Nudity",), "max_price": 9.5}
    # A later night did without facts; what they were still stands in the workspace.
    finished("export", {"k": 5, "exclude_tags": [], "max_price": None, "min_price": None})
    finished("report", {})
    settings = settings_of_receipts(workspace)
    assert settings.input.items_path == ""
    assert settings.export.filters == {}


def test_status_prints_the_published_run_and_what_is_missing(tmp_path):
    workspace = write_small_workspace(tmp_path)
    workspace.write_json("exports/dt=2026-02-01/run=20260201T000000Z-def/_SUCCESS", 0)
    command = ["status", "--workspace", str(tmp_path)]
    with pytest.raises(UsageError, match="no workspace"):
        CliRunner().invoke(cli, command, catch_exceptions=False)
    receipt = {
        "stage": "ingest", "fingerprint": "0", "settings": {}, "inputs": {}, "seconds": 1.5,
        "outputs": {"libraries": {"rows": 7, "content_hash": "0"}}, "finished": "2026-01-31",
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
    assert "There is no input: set input.path" in shown.output
    assert "prepare           -" in shown.output
    assert "A next night would run ingest, prepare," in shown.output
