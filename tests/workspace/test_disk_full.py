import errno
import subprocess

import pytest

from steamrec.workspace import Workspace


@pytest.fixture
def small_disk(tmp_path):
    """A folder on a file system of 256 KiB; or a skip that says why."""
    folder = tmp_path / "small"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=256k", "steamrec-test", str(folder)]
    try:
        mounted = subprocess.run(mount, capture_output=True, text=True)
    except FileNotFoundError as error:
        pytest.skip(f"no small file system can be mounted: {error}")
    if mounted.returncode:
        pytest.skip(f"no small file system can be mounted: {mounted.stderr.strip()}")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk_leaves_the_old_file_whole_and_nothing_beside_it(small_disk):
    workspace = Workspace(str(small_disk))
    workspace.write_json("exports/latest.json", {"run_id": "old"})
    with pytest.raises(OSError, match="No space left") as refused:
        workspace.write_bytes("exports/latest.json", b"x" * 1_000_000)
    assert refused.value.errno == errno.ENOSPC
    assert workspace.read_json("exports/latest.json") == {"run_id": "old"}
    assert workspace.list("exports") == ["latest.json"]
