"""A search leaves the night as it found it."""

import hashlib
from pathlib import Path

import numpy as np
import pytest

from steamrec.data.context import Context
from steamrec.models.settings import load_settings
from steamrec.pipeline.nightly import run_command
from steamrec.scoring.artifact import load_artifact
from steamrec.synthetic.write import write_file
from steamrec.training.checkpoint import Checkpoint, save_checkpoint
from steamrec.tuning.search import tune
from steamrec.workspace import Workspace

SETTINGS = [
    'train.models=["gmf", "ranker"]',
    "train.epochs=1",
    "train.batch_size=2048",
    "train.warm_start=true",
    "train.ranker.epochs=1",
    "split.validation_users=40",
]


@pytest.fixture(scope="module")
def night(spark, tmp_path_factory):
    """A function that makes a context on one workspace, in which models are trained."""
    folder = tmp_path_factory.mktemp("tuned")
    write_file(300, 2, str(folder / "raw.json"))

    def make(*more, fresh=False):
        overrides = [f"input.path={folder}/raw.json", *SETTINGS, *more]
        settings = load_settings(None, overrides)
        return Context(settings, Workspace(f"{folder}/one"), "local[2]", "2026-01-31", fresh)

    context = make()
    for command in ("ingest", "prepare", "sample", "train"):
        run_command(command, context)
    return make


def files(workspace):
    """The content of every file but what the search itself keeps."""
    root = Path(workspace.root)
    return {
        str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in root.rglob("*")
        if path.is_file() and path.relative_to(root).parts[0] != "tune"
    }


def test_a_search_changes_nothing_outside_its_folder(night):
    """Not the models, ids, receipts and logs, nor a checkpoint and rows that a killed run left."""
    context = night()
    workspace = context.workspace
    for name in ("gmf", "ranker"):
        save_checkpoint(workspace, name, Checkpoint("a key", [{"epoch": 0}], [np.ones(3)]))
    workspace.write_json("features/ranker.json", {"key": "a key", "users": 1, "tail_users": 1})
    before = files(workspace)
    for model in ("gmf", "ranker"):
        settings, value = tune(context, model, 1)
        assert 0 < value < 1
        assert settings.train.warm_start
    assert files(workspace) == before
    assert workspace.list("tune") == ["gmf.journal", "gmf.toml", "ranker.journal", "ranker.toml"]
    for left in ("models/gmf/checkpoint.npz", "models/ranker/checkpoint.npz", "features"):
        workspace.remove(left)


def test_a_warm_start_after_a_search_goes_on_from_the_nights_model(night, caplog):
    """Of another night, whose users and items have other numbers."""
    tune(night(), "gmf", 1)
    before = load_artifact(night().workspace, "gmf", with_ids=True)
    context = night("prepare.min_items=6", fresh=True)
    with caplog.at_level("INFO"):
        for command in ("prepare", "sample", "train"):
            run_command(command, context)
    assert "train/gmf: warm start from the model in the workspace" in caplog.text
    after = load_artifact(context.workspace, "gmf", with_ids=True)
    assert 0 < after.users < before.users
    users = [row.user_id for row in users_in_order(context)]
    assert after.ids["user"].tolist() == users


def users_in_order(context):
    from steamrec.data import tables

    return context.read(tables.USERS).orderBy("user").select("user_id").collect()


def test_a_failing_number_is_a_trial_and_a_failing_file_is_not(night, monkeypatch):
    from steamrec.errors import NumericalError, RunError
    from steamrec.tuning import search

    def fail(error):
        def fit_model(context, name):
            raise error

        return fit_model

    monkeypatch.setattr(search, "fit_model", fail(RunError("a file is damaged")))
    with pytest.raises(RunError, match="a file is damaged"):
        tune(night(), "ease", 1)
    monkeypatch.setattr(search, "fit_model", fail(NumericalError("it diverged")))
    assert tune(night(), "ease", 1)[1] == 0.0
