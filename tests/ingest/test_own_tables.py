import pytest

from steamrec.errors import UsageError
from steamrec.ingest.own_tables import OWN, refuse_own_tables
from steamrec.workspace import Workspace


def test_a_table_of_the_workspace_is_no_input_of_it(tmp_path):
    root = tmp_path / "w"
    (root / "interactions").mkdir(parents=True)
    own = root / "interactions/part-0.parquet"
    own.touch()
    (tmp_path / "link").symlink_to(own)
    workspace = Workspace(str(root))
    for path in (own, tmp_path / "link"):
        with pytest.raises(UsageError, match="writes itself; copy it to another folder"):
            refuse_own_tables(workspace, [str(path)], "input.path")
    for other in (root / "raw/a.json", root / "a.json", tmp_path / "w2/interactions/a.parquet"):
        refuse_own_tables(workspace, [str(other)], "input.path")
    refuse_own_tables(workspace, ["s3://b/interactions/a.parquet"], "input.path")


def test_all_that_a_night_writes_is_known(published_night):
    written = {path.name for path in published_night[1].iterdir() if path.is_dir()}
    assert written - {"raw"} <= OWN
