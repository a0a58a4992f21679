"""Artifacts on a local disk are mapped, not read; on other stores they are read."""

import hashlib
from pathlib import Path

import numpy as np
import pytest

from steamrec.errors import RunError
from steamrec.scoring.artifact import Artifact, load_artifact, save_artifact
from steamrec.workspace import Workspace

ARRAYS = {
    "matrix": np.arange(12, dtype=np.float32).reshape(3, 4),
    "columns": np.asfortranarray(np.arange(6, dtype=np.uint16).reshape(2, 3)),
    "nothing": np.empty((0, 3), np.int64),
    "single": np.array(2.5),
    "flags": np.array([True, False]),
    "names": np.array(["a", "bcd"]),
}


@pytest.mark.parametrize("root", ["{tmp}", "memory://artifacts"])
def test_arrays_come_back_with_their_hash(root, tmp_path):
    workspace = Workspace(root.format(tmp=tmp_path))
    artifact = Artifact("model", ARRAYS, 3, 4)
    save_artifact(workspace, artifact)
    loaded = load_artifact(workspace, "model")
    assert loaded.content_hash == artifact.content_hash
    for name, array in ARRAYS.items():
        assert loaded.arrays[name].dtype == array.dtype
        assert (loaded.arrays[name] == array).all()


def test_the_hash_is_over_names_types_shapes_and_bytes():
    array = np.arange(6, dtype=np.float32).reshape(2, 3)
    expected = hashlib.sha256(b"a <f4 (2, 3)" + array.tobytes()).hexdigest()[:32]
    assert Artifact("model", {"a": array}, 1, 1).content_hash == expected
    transposed = np.ascontiguousarray(array.T).T
    assert Artifact("model", {"a": transposed}, 1, 1).content_hash == expected


def test_local_arrays_are_mapped_and_outlive_their_file(tmp_path):
    """Workers share the pages; a model that is fitted again does not change under their hands."""
    workspace = Workspace(str(tmp_path))
    save_artifact(workspace, Artifact("model", {"a": np.arange(3000)}, 1, 1))
    array = load_artifact(workspace, "model").arrays["a"]
    assert type(array) is np.ndarray and not array.flags.writeable and not array.flags.owndata
    assert f"{tmp_path}/models/model/a.npy" in Path("/proc/self/maps").read_text()
    save_artifact(workspace, Artifact("model", {"a": np.zeros(3)}, 1, 1))
    workspace.remove("models/model")
    assert (array == np.arange(3000)).all()


@pytest.mark.parametrize("content", [b"", b"\x93NUMPY", None, "short"])
def test_a_damaged_file_is_named(content, tmp_path):
    workspace = Workspace(str(tmp_path))
    save_artifact(workspace, Artifact("model", {"a": np.arange(3000)}, 1, 1))
    path = tmp_path / "models/model/a.npy"
    whole = path.read_bytes()
    if content == "short":
        content = whole[:-8]
    path.write_bytes(whole[:-1] + b"\x01" if content is None else content)
    with pytest.raises(RunError, match=r"models/model .*steamrec train --fresh"):
        load_artifact(workspace, "model")
