"""What a night does when the disk fails it, files are damaged, or a gate refuses it."""

import json
import re
import shutil
import subprocess
import sys

import pytest

from tests.support.nights import finish, hashes, sentence, shown, whole
from tests.support.small_disk import small_disk

pytestmark = pytest.mark.timeout(2_400)


def tables_and_models(workspace):
    """The hashes of all but the exports and the report, which are of a date."""
    dated = ("dt=", "report.html")
    return {n: value for n, value in hashes(workspace).items() if not any(d in n for d in dated)}


def test_a_full_disk_is_named_and_the_old_export_stays(published_night, tmp_path):
    raw, source = published_night
    with small_disk(tmp_path / "small", "24m") as small:
        workspace = small / "workspace"
        shutil.copytree(source, workspace)
        before = shown(workspace)
        filler = small / "filler"
        free = shutil.disk_usage(small).free
        filler.write_bytes(b"x" * (free - 20_000))
        code, log = finish(workspace, raw, "2026-02-01")
        assert code == 1, log
        last = sentence(log)
        assert re.search(r"The disk ran full in 'export' .* make room and run the same", last), log
        assert shown(workspace) == before
        assert whole(workspace)
        filler.unlink()
        code, log = finish(workspace, raw, "2026-02-01", "export")
        assert code == 0, log
        assert whole(workspace)


def test_a_stage_without_a_readable_receipt_runs_again(published):
    raw, workspace = published
    expected = hashes(workspace)
    (workspace / "receipts/split.json").write_text("{")
    code, log = finish(workspace, raw, "2026-01-31", "prepare")
    assert code == 0, log
    assert " prepare: up to date" in log
    assert " split: started" in log
    assert hashes(workspace) == expected


def test_damaged_files_are_named_and_the_next_night_writes_them_again(published):
    raw, workspace = published
    expected = tables_and_models(workspace)
    model = workspace / "models/gmf/item_factors.npy"
    model.write_bytes(model.read_bytes()[:-8])
    code, log = finish(workspace, raw, "2026-02-01", "export")
    assert code == 2
    assert re.search(r"needs 'train/gmf'.*models/gmf is not as it was written: item_factors\.npy "
                     r"was changed; run `steamrec train` first", sentence(log))  # fmt: skip
    [part, *_] = sorted(workspace.glob("users/*.parquet"))
    content = bytearray(part.read_bytes())
    content[len(content) // 2] ^= 1
    part.write_bytes(content)
    part.with_name(f".{part.name}.crc").unlink(missing_ok=True)
    code, log = finish(workspace, raw, "2026-02-01")
    assert code == 0, log
    assert "prepare: started, as its output users is not as it was written" in log
    assert "train/gmf: started, as its output models/gmf is not as it was written" in log
    assert " split: up to date" in log
    assert json.loads(shown(workspace))["date"] == "2026-02-01"
    assert whole(workspace)
    assert tables_and_models(workspace) == expected


def test_a_refused_night_is_reported_and_the_old_export_stays(published):
    raw, workspace = published
    before = shown(workspace)
    code, log = finish(workspace, raw, "2026-02-01", "nightly", "--set", "export.k=5")
    assert code == 3, log
    why = sentence(log)
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


def test_a_workspace_of_another_layout_is_refused(published):
    raw, workspace = published
    (workspace / "layout.json").write_text('{"version": 0}')
    code, log = finish(workspace, raw)
    assert code == 2
    assert "has layout version 0, and this steamrec writes version" in sentence(log)
