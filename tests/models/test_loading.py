"""A model without ids is tied to the tables that number its rows, wherever it is loaded."""

import numpy as np
import pytest

from steamrec.errors import RunError
from steamrec.models.loading import cached_artifact, cached_scorer
from steamrec.publish.serving_set import link_model
from steamrec.scoring.artifact import Artifact, load_artifact, save_artifact
from steamrec.serving.item_item import weight_rows
from steamrec.serving.serving_set import ServingSet
from steamrec.workspace import Workspace
from steamrec.workspace.receipts import Basis, Receipt

REFUSED = "was fitted on other users or items than the tables"
MODELS = {"popularity": "popularity", "ease": "weights", "als": "user_factors", "ranker": "weights"}


def prepare(workspace, users, items):
    """A receipt of tables with these content hashes."""
    outputs = {
        name: {"content_hash": hashed, "rows": 3}
        for name, hashed in (("users", users), ("items", items))
    }
    Receipt("prepare", Basis(), outputs, {}).save(workspace)


@pytest.mark.parametrize("users, items", [("u2", "i1"), ("u1", "i2")])
@pytest.mark.parametrize("model", MODELS)
def test_a_model_of_other_tables_is_refused_by_workers_driver_and_publishing(
    tmp_path, model, users, items
):
    workspace = Workspace(str(tmp_path))
    prepare(workspace, "u1", "i1")
    save_artifact(workspace, Artifact(model, {MODELS[model]: np.eye(3, dtype="f4")}, 3, 3))
    assert cached_artifact(workspace.root, model).arrays[MODELS[model]].sum() == 3
    prepare(workspace, users, items)  # other tables of the same size
    for load in (
        lambda: load_artifact(workspace, model),
        lambda: cached_artifact(workspace.root, model),
        lambda: cached_scorer(workspace.root, model),
    ):
        with pytest.raises(RunError, match=REFUSED):
            load()
    if MODELS[model] == "weights":
        with pytest.raises(RunError, match=REFUSED):
            link_model(workspace, "serving", [model])


@pytest.mark.parametrize("store", ["local", "memory"])
def test_the_model_of_a_serving_set_can_be_read_on_any_store(tmp_path, store):
    """A serving set has no receipts, so its model cannot be checked against them again."""
    root = str(tmp_path) if store == "local" else "memory://published"
    workspace = Workspace(root)
    prepare(workspace, "u1", "i1")
    weights = np.arange(9, dtype="f4").reshape(3, 3)
    save_artifact(workspace, Artifact("ease", {"weights": weights}, 3, 3))
    model = link_model(workspace, "serving", ["ease"])
    served = ServingSet(workspace, {}, {"model": model}, Workspace(workspace.path("serving")))
    assert weight_rows(served, [2, 0]).tolist() == weights[[2, 0]].tolist()
