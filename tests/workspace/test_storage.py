import pytest

from steamrec.data import tables
from steamrec.data.context import Context
from steamrec.errors import RunError, UsageError
from steamrec.models.settings import load_settings
from steamrec.workspace import Receipt, Workspace
from steamrec.workspace.receipts import Basis, load_receipt, receipt_name


@pytest.fixture(params=["path", "uri", "memory"])
def workspace(request, tmp_path):
    roots = {
        "path": str(tmp_path / "night"),
        "uri": f"file://{tmp_path}/night",
        "memory": f"memory://{tmp_path}/night",
    }
    return Workspace(roots[request.param])


def test_files_come_back(workspace):
    workspace.check_writable()
    workspace.write_json("a/b.json", {"name": "三国"})
    assert workspace.read_json("a/b.json") == {"name": "三国"}
    assert workspace.list("a") == ["b.json"]
    workspace.move("a/b.json", "c.json")
    assert workspace.exists("c.json")
    assert not workspace.exists("a/b.json")
    workspace.remove("c.json")
    assert workspace.list("missing") == []


def test_an_empty_file_of_a_table_is_damage_that_no_reader_passes_over(workspace):
    workspace.refuse_empty_files("users")  # not written yet
    workspace.write_bytes("users/_SUCCESS", b"")
    workspace.write_bytes("users/part-0.parquet", b"PAR1")
    workspace.refuse_empty_files("users")
    workspace.write_bytes("users/part-1.parquet", b"")
    with pytest.raises(RunError, match=r"users/part-1\.parquet is damaged \(0 bytes\).*--fresh"):
        Context(load_settings(None), workspace).read(tables.USERS)


def test_a_write_leaves_nothing_beside_the_file(tmp_path):
    workspace = Workspace(str(tmp_path))
    workspace.write_bytes("x/y", b"1")
    workspace.write_bytes("x/y", b"2")
    assert [path.name for path in (tmp_path / "x").iterdir()] == ["y"]


def test_a_damaged_json_file_is_named(workspace):
    workspace.write_bytes("metrics.json", b'{"users": ')
    with pytest.raises(RunError, match=r"metrics\.json is damaged"):
        workspace.read_json("metrics.json")


def test_a_workspace_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="cannot be written"):
        Workspace(str(tmp_path / "file" / "night")).check_writable()


def test_a_receipt_comes_back_and_a_damaged_one_counts_as_none(workspace):
    receipt = Receipt("prepare", Basis(), {"users": {"rows": 1, "content_hash": "0"}}, {})
    receipt.save(workspace)
    assert load_receipt(workspace, "prepare") == receipt
    assert load_receipt(workspace, "split") is None
    workspace.write_bytes(receipt_name("prepare"), b"{}")
    assert load_receipt(workspace, "prepare") is None
