import os
import signal
import stat
import subprocess
import sys

import pytest

from steamrec.errors import RunError, UsageError
from steamrec.workspace import Workspace
from steamrec.workspace.lock import LAYOUT_FILE, check_layout, lock

HOLD = """
import sys, time
from steamrec.workspace import Workspace
from steamrec.workspace.lock import lock
lock(Workspace(sys.argv[1]))
print("held", flush=True)
time.sleep(60)
"""


def test_a_second_run_is_refused_and_a_dead_ones_lock_taken_over(tmp_path):
    command = [sys.executable, "-c", HOLD, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as holder:
        try:
            assert holder.stdout.readline() == "held\n"
            with pytest.raises(RunError, match=f"process {holder.pid} on"):
                lock(Workspace(str(tmp_path)))
            second = subprocess.run(
                [sys.executable, "-m", "steamrec", "sample", "--workspace", str(tmp_path)],
                capture_output=True, text=True,
            )  # fmt: skip
            assert second.returncode == 1
            assert "Another run works in the workspace" in second.stderr
            assert "Traceback" not in second.stderr
        finally:
            holder.send_signal(signal.SIGKILL)
    lock(Workspace(str(tmp_path)))
    assert f"process {os.getpid()} " in (tmp_path / ".lock").read_text()
    lock(Workspace(str(tmp_path)))  # the same process may open it again


@pytest.mark.parametrize("content", [b'{"version": 0}', b'{"version": 3}', b"{", b"[]"])
def test_another_layout_is_refused(tmp_path, content):
    workspace = Workspace(str(tmp_path))
    check_layout(workspace, refused)
    check_layout(workspace, refused)
    workspace.write_bytes(LAYOUT_FILE, content)
    with pytest.raises(UsageError, match="layout version"):
        check_layout(workspace, refused)


def refused(workspace):
    raise AssertionError("this layout must not be upgraded")


def test_links_inside_the_workspace_are_refused(tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "workspace/exports").mkdir(parents=True)
    workspace = Workspace(str(tmp_path / "workspace"))
    workspace.refuse_links("exports/dt=2026-01-01/run=1")
    (tmp_path / "workspace/exports/dt=2026-01-01").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(RunError, match="symbolic link"):
        workspace.refuse_links("exports/dt=2026-01-01/run=1")


@pytest.mark.parametrize("mask", [0o022, 0o077])
def test_file_modes_follow_the_umask(tmp_path, mask):
    before = os.umask(mask)
    try:
        Workspace(str(tmp_path)).write_bytes("a/b", b"")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "a/b").stat().st_mode) == 0o666 & ~mask
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o777 & ~mask
