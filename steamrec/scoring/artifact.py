"""A fitted model on disk: plain .npy arrays and one JSON file, never a pickle.

models/<name>/model.json      settings, sizes, training curve, content hash, hash of the ids, and
                              the content hashes of the tables that number users and items
models/<name>/<array>.npy
models/<name>/ids.npz         the user and item ids of the rows, if the model has them
"""

import hashlib
import io
from dataclasses import dataclass, field
from typing import Any
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

from steamrec.data import tables
from steamrec.errors import RunError
from steamrec.scoring.finite import all_finite
from steamrec.scoring.ids import Ids, decode_ids, encode_ids, hash_ids
from steamrec.workspace import Workspace
from steamrec.workspace.receipts import output_hash

Arrays = dict[str, npt.NDArray[Any]]
IDS_FILE = "ids.npz"


@dataclass(frozen=True)
class Artifact:
    """A fitted model.

    Attributes:
        name: the model's name.
        arrays: what its scorer needs, by name.
        users: the number of users on which it was fitted.
        items: the number of items in the catalogue.
        settings: its settings when it was fitted.
        curve: one entry per epoch: loss, seconds and validation metric.
        ids: the user and item ids of its rows; None if they were not saved or not read.
    """

    name: str
    arrays: Arrays
    users: int
    items: int
    settings: dict[str, Any] = field(default_factory=dict)
    curve: list[dict[str, float]] = field(default_factory=list)
    ids: Ids | None = None

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


def vocabulary(workspace: Workspace) -> dict[str, str]:
    """The content hashes of the tables `users` and `items`, whose numbers a model's rows bear."""
    names = (tables.USERS.name, tables.ITEMS.name)
    return {name: output_hash(workspace, "prepare", name) for name in names}


def save_artifact(workspace: Workspace, artifact: Artifact) -> None:
    """Write the arrays and ids, then model.json: a model without model.json is not there.

    model.json holds the hash of both, so neither can be mistaken for another model's. Raises
    RunError before anything is written when a number of the model is not finite.
    """
    if broken := _not_finite(artifact.arrays):
        raise RunError(
            f"The model '{artifact.name}' is not saved: its array '{broken}' has numbers that are "
            "not finite; lower its learning rate or raise its regularization and train again."
        )
    target = folder(artifact.name)
    workspace.remove(f"{target}/model.json")
    for name, array in artifact.arrays.items():
        content = io.BytesIO()
        np.save(content, np.ascontiguousarray(array), allow_pickle=False)
        workspace.write_bytes(f"{target}/{name}.npy", content.getvalue())
    about = {
        "name": artifact.name,
        "users": artifact.users,
        "items": artifact.items,
        "settings": artifact.settings,
        "curve": artifact.curve,
        "arrays": sorted(artifact.arrays),
        "vocabulary": vocabulary(workspace),
        "content_hash": artifact.content_hash,
    }
    if artifact.ids is not None:
        encoded = encode_ids(artifact.ids)
        workspace.write_bytes(f"{target}/{IDS_FILE}", encoded)
        about["ids"] = {"file": IDS_FILE, "hash": hash_ids(encoded)}
    workspace.write_json(f"{target}/model.json", about)


def check_vocabulary(workspace: Workspace, name: str, about: dict[str, Any]) -> None:
    """Raise RunError for a model fitted on other users or items than the workspace has now.

    about: the content of its model.json. Its rows would stand for other users and items.
    """
    if about.get("vocabulary") != vocabulary(workspace):
        raise RunError(
            f"The model {workspace.path(folder(name))} was fitted on other users or items than the "
            "tables of the workspace have; run `steamrec train` first, or `steamrec nightly`."
        )


def load_artifact(
    workspace: Workspace, name: str, with_ids: bool = False, published: bool = False
) -> Artifact:
    """Read a model, `with_ids` also the ids that were saved with it.

    Raises RunError that names what is missing, damaged or not finite, and for a model that was
    fitted on other users or items than the workspace has now: its rows would belong to others.
    With its ids such a model can be read: its reader goes by them. So can a `published` one, in a
    serving set, which holds the tables but not their receipts: it was checked when it was linked
    (publish.serving_set.link_model).
    """
    target = folder(name)
    try:
        about = workspace.read_json(f"{target}/model.json")
        arrays = {array: _load_array(workspace, target, array) for array in about["arrays"]}
        ids = _load_ids(workspace, target, about) if with_ids else None
        artifact = Artifact(
            name, arrays, about["users"], about["items"], about["settings"], about["curve"], ids
        )
        sound = artifact.content_hash == about["content_hash"]
    except FileNotFoundError as error:
        raise _damaged(workspace, target, f"lacks a file: {error}") from None
    except (KeyError, TypeError, ValueError, EOFError, BadZipFile) as error:
        raise _damaged(workspace, target, f"is damaged: {error}") from None
    if not with_ids and not published:
        check_vocabulary(workspace, name, about)
    if not sound:
        raise _damaged(workspace, target, "is damaged: its hash differs")
    if broken := _not_finite(arrays):
        what = f"has numbers that are not finite in its array '{broken}'"
        raise _damaged(workspace, target, what)
    return artifact


def _not_finite(arrays: Arrays) -> str | None:
    """The name of the first array with a NaN or an infinity in it."""
    return next((name for name in sorted(arrays) if not all_finite(arrays[name])), None)


def _damaged(workspace: Workspace, target: str, what: str) -> RunError:
    return RunError(
        f"The model {workspace.path(target)} {what.rstrip('.')}; "
        "`steamrec train --fresh` fits it again."
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


def _load_ids(workspace: Workspace, target: str, about: dict[str, Any]) -> Ids | None:
    if "ids" not in about:
        return None
    content = workspace.read_bytes(f"{target}/{about['ids']['file']}")
    if hash_ids(content) != about["ids"]["hash"]:
        raise ValueError("its ids are not those that it was saved with")
    ids = decode_ids(content)
    if (len(ids["user"]), len(ids["item"])) != (about["users"], about["items"]):
        raise ValueError("it has more or fewer rows than ids")
    return ids
