import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from steamrec.scoring.artifact import Artifact, save_artifact
from steamrec.serving.item_item import best_items, leaning, weight_rows, weights_model
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


def test_the_model_with_weights_is_found_and_only_its_rows_are_read(tmp_path):
    workspace = Workspace(str(tmp_path))
    assert weights_model(workspace) is None
    weights = np.arange(16, dtype=np.float32).reshape(4, 4)
    save_artifact(workspace, Artifact("gmf", {"item_factors": weights}, 3, 4))
    assert weights_model(workspace) is None
    save_artifact(workspace, Artifact("another", {"weights": weights}, 3, 4))
    assert weights_model(workspace) == "another"
    save_artifact(workspace, Artifact("ease", {"weights": weights}, 3, 4))
    assert weights_model(workspace) == "ease"
    assert weight_rows(workspace, "ease", [3, 1]).tolist() == weights[[3, 1]].tolist()
