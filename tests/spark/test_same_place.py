import pytest

from steamrec.errors import UsageError
from steamrec.spark.same_place import _read_token, check_same_place
from steamrec.workspace import Workspace


def test_a_workspace_that_all_see_passes_and_keeps_no_token(spark, tmp_path):
    workspace = Workspace(str(tmp_path / "night"))
    check_same_place(spark, workspace)
    assert workspace.files_below("scratch") == ()


def test_a_workspace_that_only_the_driver_sees_is_refused_in_one_sentence(spark):
    workspace = Workspace("memory://only-here")
    with pytest.raises(
        UsageError, match=r"^The workspace memory://only-here is not one place: .*$"
    ):
        check_same_place(spark, workspace)
    assert workspace.files_below("scratch") == ()


def test_what_an_executor_finds(tmp_path):
    Workspace(str(tmp_path)).write_bytes("token", b"1")
    assert list(_read_token([], str(tmp_path), "token", "1")) == [""]
    [other] = _read_token([], str(tmp_path), "token", "2")
    assert other.endswith("reads otherwise")
    [other] = _read_token([], str(tmp_path / "elsewhere"), "token", "1")
    assert "cannot read (FileNotFoundError: " in other
