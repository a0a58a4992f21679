"""Scorers kept in a Python worker, so that each model is read once and not once a task."""

from functools import lru_cache

from steamrec.models.registry import make_scorer
from steamrec.scoring.artifact import Artifact, load_artifact
from steamrec.scoring.scorer import Scorer
from steamrec.workspace import Workspace


def cached_scorer(root: str, name: str) -> Scorer:
    """The scorer of model `name` in the workspace at `root`, as it stands there now."""
    content_hash = Workspace(root).read_json(f"models/{name}/model.json")["content_hash"]
    return _load(root, name, content_hash)


@lru_cache(maxsize=2)
def _load(root: str, name: str, content_hash: str) -> Scorer:
    return make_scorer(load_artifact(Workspace(root), name))


def cached_artifact(root: str, name: str) -> Artifact:
    """The artifact `name` in the workspace at `root`, as it stands there now."""
    content_hash = Workspace(root).read_json(f"models/{name}/model.json")["content_hash"]
    return _artifact(root, name, content_hash)


@lru_cache(maxsize=1)
def _artifact(root: str, name: str, content_hash: str) -> Artifact:
    return load_artifact(Workspace(root), name)
