"""One file system behind a URI for the driver, the workers, Petastorm and readers."""

import uuid

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from steamrec.errors import UsageError
from steamrec.serving.parquet_rows import AnyOf, read_parquet
from steamrec.workspace import Workspace
from steamrec.workspace.file_systems import file_system, spark_uri


@pytest.mark.parametrize(
    ("root", "uri"),
    [
        ("/x/y z", "file:///x/y z"),
        ("hdfs://h:8020/x", "hdfs://h:8020/x"),
        ("hdfs:///x", "hdfs:///x"),
        ("s3://bucket/x", "s3a://bucket/x"),
        ("s3a://bucket/x", "s3a://bucket/x"),
    ],
)
def test_spark_gets_a_uri_that_no_default_file_system_changes(root, uri):
    assert spark_uri(root) == uri


def test_a_local_table_is_file_to_spark(tmp_path):
    assert Workspace(str(tmp_path)).spark_uri("users") == f"file://{tmp_path}/users"


@pytest.mark.parametrize("root", ["hdfs:///", "s3a:///"])
def test_the_root_of_a_store_is_no_workspace(root):
    with pytest.raises(UsageError, match="names no folder"):
        Workspace(root)


def test_a_namenode_that_is_not_there_is_told_in_one_sentence():
    with pytest.raises(UsageError, match=r"^The workspace hdfs://127\.0\.0\.1:9/x cannot be .*$"):
        Workspace("hdfs://127.0.0.1:9/x").check_writable()


@pytest.fixture(
    params=[
        pytest.param("hadoop", marks=pytest.mark.hdfs),
        pytest.param("s3_store", marks=pytest.mark.s3),
    ]
)
def workspace(request):
    store = request.getfixturevalue(request.param)
    base = "hdfs:///tests" if request.param == "hadoop" else store
    return Workspace(f"{base}/{uuid.uuid4().hex}")


def test_files_of_a_remote_workspace(workspace):
    workspace.check_writable()
    workspace.write_bytes("a/b", b"one")
    stamp = workspace.stamp("a/b")
    assert workspace.read_bytes("a/b") == b"one"
    assert workspace.stamp("a/b") == stamp  # reading is no change
    workspace.write_bytes("a/b", b"two, longer")
    assert workspace.stamp("a/b") != stamp
    assert workspace.list("a") == ["b"]
    assert workspace.size("a/b") == 11
    workspace.link("a/b", "kept/b")
    workspace.move("a", "moved/a")
    assert workspace.files_below("") == ("kept/b", "moved/a/b")
    workspace.move("kept/b", "moved/a/b")
    workspace.remove("moved")
    assert not workspace.exists("moved")
    with pytest.raises(FileNotFoundError):
        workspace.read_bytes("moved/a/b")


def test_petastorm_and_readers_read_a_remote_table(workspace):
    from steamrec.training.stream import EpochStream

    columns = {"user": [1, 2, 3], "item": [4, 5, 6], "negative_0": [7, 8, 9]}
    sink = pa.BufferOutputStream()
    pq.write_table(pa.table({k: pa.array(v, pa.int32()) for k, v in columns.items()}), sink)
    workspace.write_bytes("epoch/part-0.parquet", sink.getvalue().to_pybytes())
    with EpochStream(negatives=1, batch=3).epoch(workspace.url("epoch")) as batches:
        users, items = next(iter(batches))
    assert users.numpy().tolist() == [1, 2, 3]
    assert np.array_equal(items.numpy(), [[4, 7], [5, 8], [6, 9]])
    rows = read_parquet(workspace, "epoch", workspace.list("epoch"), ["user"], AnyOf("item", [5]))
    assert rows.to_pylist() == [{"user": 2}]


@pytest.mark.hdfs
def test_a_rename_over_a_file_is_one_step(hadoop):
    files, base = file_system(f"hdfs:///tests/{uuid.uuid4().hex}")
    files.pipe_file(f"{base}/old", b"old")
    files.pipe_file(f"{base}/new", b"new")
    files.rename_over(f"{base}/new", f"{base}/old")
    assert files.cat_file(f"{base}/old") == b"new"
    files.pipe_file(f"{base}/full/x", b"")
    files.makedirs(f"{base}/folder")
    with pytest.raises(OSError, match="not empty"):
        files.rename_over(f"{base}/folder", f"{base}/full")


@pytest.mark.s3
def test_a_put_on_a_condition(s3_store):
    files, base = file_system(f"{s3_store}/{uuid.uuid4().hex}")
    files.pipe_file(f"{base}/x", b"1", IfNoneMatch="*")
    with pytest.raises(FileExistsError):
        files.pipe_file(f"{base}/x", b"2", IfNoneMatch="*")
    tag = files.info(f"{base}/x")["ETag"]
    files.pipe_file(f"{base}/x", b"3", IfMatch=tag)
    with pytest.raises(FileExistsError):
        files.pipe_file(f"{base}/x", b"4", IfMatch=tag)
    assert files.cat_file(f"{base}/x") == b"3"
