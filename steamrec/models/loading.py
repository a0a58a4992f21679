"""Scorers kept in a Python worker, so that each model is read once and not once a task."""

from functools import lru_cache

from steamrec.models.registry import make_scorer
from steamrec.scoring.artifact import Artifact, folder, load_artifact, vocabulary
from steamrec.scoring.scorer import Scorer
from steamrec.workspace import Workspace
from steamrec.workspace.receipts import digest


def cached_scorer(root: str, name: str) -> Scorer:
    """The scorer of model `name` in the workspace at `root`, as it is there now."""
    return _scorer(root, name, _state(root, name))


@lru_cache(maxsize=2)
def _scorer(root: str, name: str, state: str) -> Scorer:
    return make_scorer(load_artifact(Workspace(root), name))


def cached_artifact(root: str, name: str) -> Artifact:
    """The artifact `name` in the workspace at `root`, as it is there now."""
    return _artifact(root, name, _state(root, name))


@lru_cache(maxsize=1)
def _artifact(root: str, name: str, state: str) -> Artifact:
    return load_artifact(Workspace(root), name)


def _state(root: str, name: str) -> str:
    """What changes when the model does, or the tables that number its rows."""
    workspace = Workspace(root)
    about = workspace.read_json(f"{folder(name)}/model.json")
    return digest([about["content_hash"], about.get("vocabulary"), vocabulary(workspace)])
