import numpy as np

from steamrec.models.ncf.registry import find_network
from steamrec.scoring.artifact import Artifact, save_artifact
from steamrec.training.replicas import make_strategy
from steamrec.training.trainer import Trainer
from steamrec.training.warm_start import previous_model, warmed
from steamrec.workspace import Workspace
from tests.support.networks import build


def trainer(name, users, items, seed=1):
    return Trainer(lambda: build(name, users, items, seed), make_strategy(1), 0.01)


def ids(users, items):
    return {"user": np.array(users, object), "item": np.array(items, object)}


def test_rows_go_by_id_and_what_is_new_stays_fresh(tmp_path):
    old, new = trainer("neumf", 3, 2), trainer("neumf", 4, 3, seed=2)
    before, fresh = old.weights(), new.weights()
    known = ids(["ann", "bob", "carl"], ["10", "20"])
    tonight = ids(["bob", "dora", "ann", "x"], ["5", "20", "10"])
    found = warmed(fresh, before, known, tonight, new.tables())
    for table in ("gmf_user_embeddings", "mlp_user_embeddings"):
        expected = [before[table][1], fresh[table][1], before[table][0], fresh[table][3]]
        assert found[table].tolist() == np.array(expected).tolist()
    for table in ("gmf_item_embeddings", "mlp_item_embeddings"):
        expected = [fresh[table][0], before[table][1], before[table][0]]
        assert found[table].tolist() == np.array(expected).tolist()
    assert found["hidden_0_kernel"].tolist() == before["hidden_0_kernel"].tolist()
    new.set_weights(found)
    assert all(np.array_equal(found[name], array) for name, array in new.weights().items())


def test_a_saved_gmf_goes_on_with_the_scores_it_had(tmp_path, caplog):
    workspace = Workspace(str(tmp_path))
    old = trainer("gmf", 3, 2)
    known = ids(["a", "b", "c"], ["1", "2"])
    assert previous_model(workspace, "gmf") is None
    arrays = find_network("gmf").scorer_arrays(old.weights())
    save_artifact(workspace, Artifact("gmf", arrays, 3, 2))
    assert previous_model(workspace, "gmf") is None  # nobody knows whose rows they are
    assert "train/gmf: no warm start: the model was saved without its ids" in caplog.text
    save_artifact(workspace, Artifact("gmf", arrays, 3, 2, ids=known))
    found = previous_model(workspace, "gmf")
    new = trainer("gmf", 3, 2, seed=2)
    new.set_weights(warmed(new.weights(), found.weights, found.ids, known, new.tables()))
    everything = [np.arange(3, dtype=np.int32), np.tile(np.arange(2, dtype=np.int32), (3, 1))]
    np.testing.assert_allclose(new.model(everything), old.model(everything), rtol=1e-5, atol=1e-7)


def test_rows_without_an_id_are_a_fresh_start():
    network = trainer("gmf", 3, 2)
    weights, tonight = network.weights(), ids(["a", "b", "d"], ["1", "2"])
    more = ids(["a", "b", "c", "d"], ["1", "2"])
    assert warmed(weights, weights, more, tonight, network.tables()) is None


def test_other_shapes_are_a_fresh_start(tmp_path):
    known = ids(["a", "b", "c"], ["1", "2"])
    mlp, gmf = trainer("mlp", 3, 2), trainer("gmf", 3, 2)
    assert warmed(mlp.weights(), gmf.weights(), known, known, mlp.tables()) is None


def test_a_damaged_model_is_a_fresh_start(tmp_path, caplog):
    workspace = Workspace(str(tmp_path))
    arrays = find_network("gmf").scorer_arrays(trainer("gmf", 3, 2).weights())
    known = ids(["a", "b", "c"], ["1", "2"])
    save_artifact(workspace, Artifact("gmf", arrays, 3, 2, ids=known))
    workspace.write_bytes("models/gmf/ids.npz", b"PK no zip")
    assert previous_model(workspace, "gmf") is None
    assert "train/gmf: no warm start: The model" in caplog.text
