import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from steamrec.errors import RunError
from steamrec.models.ease.sparse_arrays import to_arrays
from steamrec.publish.serving_set import link_model
from steamrec.scoring.artifact import Artifact, save_artifact
from steamrec.serving.item_item import best_items, leaning, weight_rows
from steamrec.serving.serving_set import ServingSet
from steamrec.workspace import Workspace


@given(st.integers(0, 10_000), st.integers(1, 5), st.integers(1, 12))
def test_lists_are_those_of_a_plain_loop(seed, owns, k):
    random = np.random.default_rng(seed)
    weights = random.normal(size=(9, 9)).astype(np.float32)
    owned = sorted(random.choice(9, owns, replace=False).tolist())
    scores = {
        item: float(np.sum(weights[owned, item], dtype=np.float32))
        for item in range(9)
        if item not in owned
    }
    slow = sorted((item for item in scores if scores[item] > 1e-6), key=lambda i: (-scores[i], i))
    found = best_items(weights[owned], owned, k)
    assert [item for item, score in found if score > 1e-6] == slow[:k]
    for item, _ in found:
        reasons = leaning(weights[owned], owned, item, 2)
        largest = sorted(
            (o for o in owned if weights[o, item] > 0), key=lambda o: -weights[o, item]
        )
        assert reasons == largest[:2]


def test_only_the_nights_own_models_are_served_and_only_their_rows_are_read(tmp_path):
    workspace = Workspace(str(tmp_path))
    weights = np.arange(16, dtype=np.float32).reshape(4, 4)
    save_artifact(workspace, Artifact("gmf", {"item_factors": weights}, 3, 4))
    save_artifact(workspace, Artifact("another", {"weights": weights}, 3, 4))
    save_artifact(workspace, Artifact("ease", {"weights": weights}, 3, 4))
    assert link_model(workspace, "s1", ["gmf"]) is None  # ease is of an earlier night
    assert link_model(workspace, "s2", ["gmf", "another", "ease"])["name"] == "ease"
    model = link_model(workspace, "s3", ["gmf", "another"])
    assert model["name"] == "another"
    served = ServingSet(workspace, {}, {"model": model}, Workspace(str(tmp_path / "s3")))
    save_artifact(workspace, Artifact("another", {"weights": weights + 1}, 3, 4))
    assert weight_rows(served, [3, 1]).tolist() == weights[[3, 1]].tolist()


def test_sparse_weights_are_served_row_by_row(tmp_path):
    workspace = Workspace(str(tmp_path))
    weights = np.array([[0, 2, 0], [0, 0, 0], [1, -3, 0]], np.float32)
    save_artifact(workspace, Artifact("ease", to_arrays(sparse.csr_matrix(weights)), 5, 3))
    model = link_model(workspace, "s", ["ease"])
    served = ServingSet(workspace, {}, {"model": model}, Workspace(str(tmp_path / "s")))
    assert weight_rows(served, [2, 0, 1]).tolist() == weights[[2, 0, 1]].tolist()
    other = ServingSet(workspace, {}, {"model": model | {"items": 4}}, served.files)
    with pytest.raises(RunError, match="does not fit the run's items"):
        weight_rows(other, [0])
