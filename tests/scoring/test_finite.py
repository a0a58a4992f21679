"""Numbers that are not finite are refused where they arise: in models, and in scores."""

import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from steamrec.data.user_batches import UserBatch
from steamrec.errors import RunError
from steamrec.scoring.artifact import Artifact, load_artifact, save_artifact
from steamrec.scoring.factors import FactorScorer
from steamrec.scoring.finite import all_finite
from steamrec.scoring.scorer import finite_scores
from steamrec.workspace import Workspace

BROKEN = [np.nan, np.inf, -np.inf]


@given(st.lists(st.floats(width=32)), st.sampled_from(["f2", "f4", "f8"]))
def test_all_finite_is_that_of_each_value(values, kind):
    with np.errstate(over="ignore"):
        array = np.array(values, kind)
    assert all_finite(array) == all(map(np.isfinite, array))


def test_a_sum_that_overflows_is_finite_all_the_same():
    largest = np.finfo(np.float32).max
    assert all_finite(np.full(10, largest, np.float32))
    assert not all_finite(np.array([largest, largest, -np.inf], np.float32))
    assert all_finite(np.array([2**62, 2**62], np.int64))
    assert all_finite(np.empty((0, 3), np.float32))


def model(users=2.0, items=1.0):
    arrays = {
        "user_factors": np.array([[1.0], [users]], np.float32),
        "item_factors": np.array([[1.0], [items], [3.0]], np.float32),
    }
    return Artifact("gmf", arrays, 2, 3)


BLOCK = UserBatch(0, np.array([0, 1], np.int32), np.array([0, 0, 1]), np.array([2], np.int32))


@pytest.mark.parametrize("broken", BROKEN)
def test_scores_that_are_not_finite_are_refused_by_name(broken):
    with np.errstate(all="ignore"), pytest.raises(RunError) as refused:
        finite_scores(FactorScorer(model(users=broken)), BLOCK, "rank")
    sentence = str(refused.value)
    assert "'gmf' gives scores that are not finite (rank)" in sentence
    assert "train --fresh" in sentence
    assert "\n" not in sentence  # a worker's traceback hands on one line


def test_finite_factors_may_still_give_infinite_scores():
    scorer = FactorScorer(model(users=3e38, items=10.0))
    with np.errstate(over="ignore"), pytest.raises(RunError, match="not finite"):
        finite_scores(scorer, BLOCK, "rank")
    assert finite_scores(FactorScorer(model()), BLOCK, "rank").tolist() == [[1, 1, 3], [2, 2, 6]]


@pytest.mark.parametrize("broken", BROKEN)
def test_a_model_that_is_not_finite_is_neither_saved_nor_loaded(tmp_path, broken):
    workspace = Workspace(str(tmp_path))
    save_artifact(workspace, model())
    with pytest.raises(RunError, match=r"'gmf' is not saved: its array 'item_factors'"):
        save_artifact(workspace, model(items=broken))
    assert load_artifact(workspace, "gmf").arrays["item_factors"][1, 0] == 1  # as it was
    content = io.BytesIO()
    np.save(content, model(items=broken).arrays["item_factors"])
    workspace.write_bytes("models/gmf/item_factors.npy", content.getvalue())
    about = workspace.read_json("models/gmf/model.json")
    about["content_hash"] = model(items=broken).content_hash
    workspace.write_json("models/gmf/model.json", about)
    with pytest.raises(RunError, match=r"models/gmf has numbers .* in its array 'item_factors'"):
        load_artifact(workspace, "gmf")
