import pytest

from steamrec.workspace import Workspace
from steamrec.workspace.disk_errors import explain_fault
from tests.support.small_disk import small_disk


@pytest.mark.parametrize("full", ["workspace", "spill"])
def test_the_folder_that_is_full_is_named(tmp_path, monkeypatch, full):
    folders = {name: tmp_path / name for name in ("workspace", "spill")}
    error = Exception("java.io.IOException: No space left on device")
    with small_disk(folders[full], "1m"):
        for folder in folders.values():
            folder.mkdir(exist_ok=True)
        monkeypatch.setenv("SPARK_LOCAL_DIRS", str(folders["spill"]))
        told = explain_fault(error, Workspace(str(folders["workspace"])), "ingest")
    assert f"The disk ran full in 'ingest' ({folders[full]}); make room" in str(told)
