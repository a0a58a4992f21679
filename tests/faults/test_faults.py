"""What a night leaves behind when it is killed, or when the disk fails it."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from steamrec.generate.write import write_facts, write_file
from tests.faults.nights import facts_beside, finish, hashes, kill_in_stage, kill_when, start
from tests.small_disk import small_disk

pytestmark = pytest.mark.timeout(2_400)
STAGES = [
    "ingest",
    "prepare",
    "split",
    "facts",
    "sample",
    "train/gmf",
    "rank/gmf",
    "evaluate",
    "export",
]


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """The raw file and a workspace with a published night."""
    folder = tmp_path_factory.mktemp("undisturbed")
    raw = folder / "raw.json"
    write_file(300, 3, str(raw))
    write_facts(300, 3, str(facts_beside(raw)))
    code, log = finish(folder / "workspace", raw)
    assert code == 0, log
    return raw, folder / "workspace"


@pytest.fixture
def published(undisturbed, tmp_path):
    """The raw file and a copy of the published night, for a test to harm."""
    raw, workspace = undisturbed
    shutil.copytree(workspace, tmp_path / "workspace")
    return raw, tmp_path / "workspace"


def shown(workspace):
    return (workspace / "exports/latest.json").read_bytes()


def whole(workspace):
    """Whether the run that the pointer names can be read, with all its rows."""
    latest = json.loads(shown(workspace))
    run = Path(workspace, *Path(latest["path"]).parts[-3:])
    return pq.read_table(run).num_rows == latest["rows"]


def test_killed_in_every_stage_the_night_ends_as_if_undisturbed(undisturbed, tmp_path):
    raw, workspace = undisturbed
    for number, stage in enumerate(STAGES):
        log = kill_in_stage(start(tmp_path / "workspace", raw), stage)
        # The stage before was killed once and has now run to its end; those before it are finished.
        for earlier in STAGES[: max(number - 1, 0)]:
            assert f" {earlier}: up to date" in log, log
    assert not (tmp_path / "workspace/exports/latest.json").exists()
    code, log = finish(tmp_path / "workspace", raw)
    assert code == 0, log
    assert hashes(tmp_path / "workspace") == hashes(workspace)


def test_killed_before_publishing_readers_see_the_old_run_whole(published):
    raw, workspace = published
    before = shown(workspace)
    process = start(workspace, raw, "2026-02-01")
    kill_when(process, lambda: any(workspace.glob("exports/dt=2026-02-01/run=*/_SUCCESS")))
    assert shown(workspace) == before
    assert whole(workspace)
    code, log = finish(workspace, raw, "2026-02-01")
    assert code == 0, log
    assert json.loads(shown(workspace))["date"] == "2026-02-01"
    assert whole(workspace)
    # The dead run's folder is swept away.
    assert len(list(workspace.glob("exports/dt=2026-02-01/run=*"))) == 1


def test_a_second_night_at_once_is_refused(published):
    raw, workspace = published
    first = start(workspace, raw, "2026-02-01")
    try:
        while "started" not in first.stderr.readline():
            assert first.poll() is None
        code, log = finish(workspace, raw, "2026-02-02")
        assert code == 1
        assert "Another run works in the workspace" in log.splitlines()[-1]
        assert f"process {first.pid}" in log
    finally:
        first.communicate()


def test_a_full_disk_is_named_and_the_old_export_stays(undisturbed, tmp_path):
    raw, source = undisturbed
    with small_disk(tmp_path / "small", "24m") as small:
        workspace = small / "workspace"
        shutil.copytree(source, workspace)
        before = shown(workspace)
        filler = small / "filler"
        free = shutil.disk_usage(small).free
        filler.write_bytes(b"x" * (free - 40_000))
        code, log = finish(workspace, raw, "2026-02-01")
        assert code == 1, log
        last = log.strip().splitlines()[-1]
        assert re.search(r"The disk ran full in 'export' .* make room and run the same", last), log
        assert shown(workspace) == before
        assert whole(workspace)
        filler.unlink()
        code, log = finish(workspace, raw, "2026-02-01")
        assert code == 0, log
        assert whole(workspace)


def test_damaged_files_are_named_and_made_anew(published, undisturbed):
    raw, workspace = published
    expected = hashes(undisturbed[1])
    # A receipt that cannot be read proves nothing: its stage runs again. A pointer is replaced.
    (workspace / "receipts/sample.json").write_text("{")
    (workspace / "exports/latest.json").write_text("[")
    code, log = finish(workspace, raw)
    assert code == 0, log
    assert " sample: started" in log
    assert " ingest: up to date" in log
    assert hashes(workspace) == expected
    # A damaged table and a damaged model are named by who reads them; --fresh writes them anew.
    [part, *_] = sorted(workspace.glob("users/*.parquet"))
    part.write_bytes(part.read_bytes()[:-40])
    part.with_name(f".{part.name}.crc").unlink(missing_ok=True)
    model = workspace / "models/gmf/item_factors.npy"
    model.write_bytes(model.read_bytes()[:-8])
    code, log = finish(workspace, raw, "2026-02-01")
    assert code == 1
    assert re.search(r"(users/part|models/gmf).*damaged.*--fresh", log.strip().splitlines()[-1])
    code, log = finish(workspace, raw, "2026-02-01", "nightly", "--fresh")
    assert code == 0, log
    same = {name: value for name, value in hashes(workspace).items() if "dt=" not in name}
    assert same == {name: value for name, value in expected.items() if "dt=" not in name}


def test_a_refused_night_is_reported_and_the_old_export_stays(published):
    raw, workspace = published
    before = shown(workspace)
    code, log = finish(workspace, raw, "2026-02-01", "nightly", "--set", "export.k=5")
    assert code == 3, log
    why = log.strip().splitlines()[-1]
    assert "The gate 'rows' refused to publish: 1,500 rows, and the last" in why
    assert shown(workspace) == before
    page = (workspace / "report.html").read_text()
    assert "The night of 2026-02-01" in page
    assert "Not published. The gate &#39;rows&#39; refused to publish: 1,500 rows" in page
    assert f"Readers see run {json.loads(before)['run_id']} of 2026-01-31" in page
    status = [sys.executable, "-m", "steamrec", "status", "--workspace", str(workspace)]
    told = subprocess.check_output(status, text=True)
    assert "Refused: 2026-02-01" in told
    assert "and not published" not in told
    code, log = finish(workspace, raw, "2026-02-02")
    assert code == 0, log
    assert not (workspace / "exports/refused.json").exists()
    assert "Not published" not in (workspace / "report.html").read_text()


def test_one_core_gives_the_same_night_as_two(undisturbed, tmp_path):
    raw, workspace = undisturbed
    alone = start(tmp_path / "workspace", raw, cores=1)
    _, log = alone.communicate()
    assert alone.returncode == 0, log
    assert hashes(tmp_path / "workspace") == hashes(workspace)


def test_a_workspace_of_another_layout_is_refused(published):
    raw, workspace = published
    (workspace / "layout.json").write_text('{"version": 0}')
    code, log = finish(workspace, raw)
    assert code == 2
    assert "has layout version 0, and this steamrec writes version" in log.splitlines()[-1]
