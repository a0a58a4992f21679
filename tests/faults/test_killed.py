"""What a night leaves behind when it is killed, and that no two work at once."""

import json
import subprocess
import sys

import pytest

from tests.support.nights import (
    finish,
    hashes,
    kill_in_stage,
    kill_when,
    sentence,
    shown,
    start,
    whole,
)

pytestmark = pytest.mark.timeout(2_400)
STAGES = [
    "ingest",
    "prepare",
    "split",
    "item_metadata",
    "sample",
    "train/gmf",
    "rank/gmf",
    "evaluate",
    "export",
]


def test_killed_in_every_stage_on_one_core_the_night_ends_as_if_undisturbed(
    published_night, tmp_path
):
    """The same tables and models as the night on two cores that nobody killed."""
    raw, workspace = published_night
    for number, stage in enumerate(STAGES):
        log = kill_in_stage(start(tmp_path / "workspace", raw, cores=1), stage)
        # The stage before was killed once and has now run to its end; those before it are finished.
        for earlier in STAGES[: max(number - 1, 0)]:
            assert f" {earlier}: up to date" in log, log
    assert not (tmp_path / "workspace/exports/latest.json").exists()
    code, log = finish(tmp_path / "workspace", raw, cores=1)
    assert code == 0, log
    assert hashes(tmp_path / "workspace") == hashes(workspace)


def test_killed_before_publishing_readers_see_the_old_run_whole(published):
    raw, workspace = published
    before = shown(workspace)
    process = start(workspace, raw, "2026-02-01", "export")
    kill_when(process, lambda: any(workspace.glob("exports/dt=2026-02-01/run=*/_SUCCESS")))
    assert shown(workspace) == before
    assert whole(workspace)
    code, log = finish(workspace, raw, "2026-02-01", "export")
    assert code == 0, log
    assert json.loads(shown(workspace))["date"] == "2026-02-01"
    assert whole(workspace)
    # The dead run's folder is swept away.
    assert len(list(workspace.glob("exports/dt=2026-02-01/run=*"))) == 1


def test_a_second_night_at_once_is_refused(published):
    raw, workspace = published
    hold = [
        sys.executable,
        "-c",
        "import sys; from steamrec.workspace import Workspace; from steamrec.workspace.lock import "
        "lock; lock(Workspace(sys.argv[1])); print('held', flush=True); sys.stdin.read()",
        str(workspace),
    ]
    with subprocess.Popen(hold, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as first:
        assert first.stdout.readline() == "held\n"
        code, log = finish(workspace, raw, "2026-02-02")
        assert code == 1
        assert "Another run works in the workspace" in sentence(log)
        assert f"process {first.pid}" in log
        first.communicate()
