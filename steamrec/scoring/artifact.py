"""A fitted model on disk: plain .npy arrays and one JSON file, never a pickle.

models/<name>/model.json      kind, settings, sizes, training curve, content hash
models/<name>/<array>.npy
"""

import hashlib
import io
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from steamrec.errors import RunError
from steamrec.workspace import Workspace

Arrays = dict[str, npt.NDArray[Any]]


@dataclass(frozen=True)
class Artifact:
    """A fitted model.

    `arrays` are what its scorer needs; `settings` what it was fitted with; `users` and `items`
    its vocabulary sizes; `curve` one entry an epoch.
    """

    name: str
    arrays: Arrays
    users: int
    items: int
    settings: dict[str, Any] = field(default_factory=dict)
    curve: list[dict[str, float]] = field(default_factory=list)

    @property
    def content_hash(self) -> str:
        """A hash (hex) over the arrays: names, types, shapes and values."""
        hashed = hashlib.sha256()
        for name in sorted(self.arrays):
            array = np.ascontiguousarray(self.arrays[name])
            hashed.update(f"{name} {array.dtype.str} {array.shape}".encode())
            hashed.update(array.reshape(-1).view(np.uint8).data)
        return hashed.hexdigest()[:32]


def folder(name: str) -> str:
    """The model's folder in the workspace."""
    return f"models/{name}"


def save_artifact(workspace: Workspace, artifact: Artifact) -> None:
    """Write the arrays, then model.json: a model without model.json is not there."""
    target = folder(artifact.name)
    workspace.remove(f"{target}/model.json")
    for name, array in artifact.arrays.items():
        content = io.BytesIO()
        np.save(content, np.ascontiguousarray(array), allow_pickle=False)
        workspace.write_bytes(f"{target}/{name}.npy", content.getvalue())
    workspace.write_json(
        f"{target}/model.json",
        {
            "name": artifact.name,
            "users": artifact.users,
            "items": artifact.items,
            "settings": artifact.settings,
            "curve": artifact.curve,
            "arrays": sorted(artifact.arrays),
            "content_hash": artifact.content_hash,
        },
    )


def load_artifact(workspace: Workspace, name: str) -> Artifact:
    """Read a model; raises RunError that names a missing or damaged file."""
    target = folder(name)
    try:
        about = workspace.read_json(f"{target}/model.json")
        arrays = {array: _load_array(workspace, target, array) for array in about["arrays"]}
        artifact = Artifact(
            name, arrays, about["users"], about["items"], about["settings"], about["curve"]
        )
        sound = artifact.content_hash == about["content_hash"]
    except FileNotFoundError as error:
        raise _damaged(workspace, target, f"lacks a file: {error}") from None
    except (KeyError, TypeError, ValueError, EOFError) as error:
        raise _damaged(workspace, target, f"is damaged: {error}") from None
    if not sound:
        raise _damaged(workspace, target, "is damaged: its hash differs")
    return artifact


def _damaged(workspace: Workspace, target: str, what: str) -> RunError:
    return RunError(
        f"The model {workspace.path(target)} {what.rstrip('.')}; "
        "`steamrec train --fresh` fits it anew."
    )


def _load_array(workspace: Workspace, target: str, name: str) -> npt.NDArray[Any]:
    file = f"{target}/{name}.npy"
    if workspace.local:
        # Mapped for reading: all workers of a machine share the pages. A file that is replaced
        # meanwhile stays as it was for those who have it mapped (Workspace.write_bytes).
        mapped = np.load(workspace.path(file), mmap_mode="r", allow_pickle=False)
        return np.asarray(mapped)
    array: npt.NDArray[Any] = np.load(io.BytesIO(workspace.read_bytes(file)), allow_pickle=False)
    return array
