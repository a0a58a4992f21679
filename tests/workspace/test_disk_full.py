import errno

import pytest

from steamrec.workspace import Workspace
from tests.support.small_disk import small_disk


def test_a_full_disk_leaves_the_old_file_whole_and_nothing_beside_it(tmp_path):
    with small_disk(tmp_path / "small", "256k") as folder:
        workspace = Workspace(str(folder))
        workspace.write_json("exports/latest.json", {"run_id": "old"})
        with pytest.raises(OSError, match="No space left") as refused:
            workspace.write_bytes("exports/latest.json", b"x" * 1_000_000)
        assert refused.value.errno == errno.ENOSPC
        assert workspace.read_json("exports/latest.json") == {"run_id": "old"}
        assert workspace.list("exports") == ["latest.json"]
