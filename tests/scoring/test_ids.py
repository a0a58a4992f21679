"""The ids that travel with a model."""

import numpy as np
import pytest

from steamrec.errors import RunError
from steamrec.scoring.artifact import Artifact, load_artifact, save_artifact
from steamrec.scoring.ids import decode_ids, encode_ids
from steamrec.workspace import Workspace


def ids(users, items):
    return {"user": np.array(users, object), "item": np.array(items, object)}


def model(users=("ann", "bob"), items=("1", "2", "3"), factor=1.0):
    arrays = {"user_factors": np.full((len(users), 2), factor, np.float32)}
    return Artifact("gmf", arrays, len(users), len(items), ids=ids(users, items))


@pytest.mark.parametrize("texts", [[], ["", "a", "a\0", "ä€🎮", " b ", "x" * 300]])
def test_any_text_survives(texts):
    found = decode_ids(encode_ids(ids(texts, texts[::-1])))
    assert found["user"].tolist() == texts
    assert found["item"].tolist() == texts[::-1]


def test_a_model_is_read_with_the_ids_it_was_saved_with(tmp_path):
    workspace = Workspace(str(tmp_path))
    save_artifact(workspace, model())
    found = load_artifact(workspace, "gmf", with_ids=True)
    assert found.ids["user"].tolist() == ["ann", "bob"]
    assert found.content_hash == model().content_hash
    assert load_artifact(workspace, "gmf").ids is None  # nobody asked


def test_another_models_ids_are_refused(tmp_path):
    """Also of a model with as many users and items, which no length would tell."""
    one, other = Workspace(str(tmp_path / "one")), Workspace(str(tmp_path / "other"))
    save_artifact(one, model())
    save_artifact(other, model(users=("bob", "ann"), factor=2.0))
    one.write_bytes("models/gmf/ids.npz", other.read_bytes("models/gmf/ids.npz"))
    with pytest.raises(RunError, match="its ids are not those that it was saved with"):
        load_artifact(one, "gmf", with_ids=True)
    load_artifact(one, "gmf")


@pytest.mark.parametrize("content", [b"", b"PK no zip"])
def test_damaged_ids_are_refused(tmp_path, content):
    workspace = Workspace(str(tmp_path))
    save_artifact(workspace, model())
    workspace.write_bytes("models/gmf/ids.npz", content)
    with pytest.raises(RunError, match="is damaged"):
        load_artifact(workspace, "gmf", with_ids=True)


def test_more_ids_than_rows_are_refused(tmp_path):
    workspace = Workspace(str(tmp_path))
    wrong = Artifact("gmf", model().arrays, 2, 3, ids=ids(["ann", "bob", "carl"], ["1", "2", "3"]))
    save_artifact(workspace, wrong)
    with pytest.raises(RunError, match="more or fewer rows than ids"):
        load_artifact(workspace, "gmf", with_ids=True)


def test_a_model_saved_without_ids_has_none_whatever_file_lies_there(tmp_path):
    workspace = Workspace(str(tmp_path))
    save_artifact(workspace, model())
    save_artifact(workspace, Artifact("gmf", model().arrays, 2, 3))
    assert load_artifact(workspace, "gmf", with_ids=True).ids is None
