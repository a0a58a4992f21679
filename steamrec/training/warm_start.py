"""Warm start: the network of the night before as the start of tonight's, matched by id."""

import io
import logging
from typing import Any
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

from steamrec.data import tables
from steamrec.data.context import Context
from steamrec.errors import RunError
from steamrec.scoring.artifact import Arrays, folder, load_artifact
from steamrec.workspace import Workspace

log = logging.getLogger(__name__)

Ids = dict[str, npt.NDArray[np.str_]]


def ids_of(context: Context) -> Ids:
    """The ids of the workspace's "user" and "item" numbers, in their order."""
    found: Ids = {}
    for kind, table in (("user", tables.USERS), ("item", tables.ITEMS)):
        frame = context.read(table).select(kind, f"{kind}_id").toPandas().sort_values(kind)
        found[kind] = frame[f"{kind}_id"].to_numpy(dtype=np.str_)
    return found


def save_ids(workspace: Workspace, name: str, ids: Ids) -> None:
    """Keep with model `name` whom and what its rows stand for."""
    content = io.BytesIO()
    np.savez_compressed(content, **ids)
    workspace.write_bytes(_file(name), content.getvalue())


def previous_weights(workspace: Workspace, name: str) -> tuple[Arrays, Ids] | None:
    """The weights and ids of the model `name` in the workspace; None when there are none."""
    if not (workspace.exists(_file(name)) and workspace.exists(f"{folder(name)}/model.json")):
        return None
    try:
        arrays = load_artifact(workspace, name).arrays
        with np.load(io.BytesIO(workspace.read_bytes(_file(name))), allow_pickle=False) as file:
            ids = dict(file)
    except (RunError, ValueError, OSError, BadZipFile) as error:
        log.warning("train/%s: a fresh start: %s", name, error)
        return None
    return _unfolded(arrays), ids


def warmed(fresh: Arrays, previous: Arrays, known: Ids, ids: Ids) -> Arrays | None:
    """`fresh` weights with those of `previous` where they stand for the same.

    Both are by the weights' names. A table's rows are matched by id; what is new keeps its fresh
    row. None when the two networks have other shapes.
    """
    result: Arrays = {}
    for name, weight in fresh.items():
        before = previous.get(name)
        if before is None or before.shape[1:] != weight.shape[1:]:
            return None
        if not name.endswith("_embeddings"):
            if before.shape != weight.shape:
                return None
            result[name] = before
            continue
        kind = "user" if "_user_" in name else "item"
        places = _places(known[kind], ids[kind])
        result[name] = weight.copy()
        result[name][places >= 0] = before[places[places >= 0]]
    return result


def _places(known: npt.NDArray[np.str_], ids: npt.NDArray[np.str_]) -> npt.NDArray[np.int64]:
    """Where each of `ids` stands in `known`; -1 for what is not there."""
    order = np.argsort(known)
    found = np.searchsorted(known, ids, sorter=order)
    places = order[np.minimum(found, len(known) - 1)]
    return np.where(known[places] == ids, places, -1)


def _unfolded(arrays: Arrays) -> Arrays:
    """GMF's plain factors as the weights of a network whose output layer is all ones."""
    if "user_factors" not in arrays:
        return arrays
    users: npt.NDArray[Any] = arrays["user_factors"]
    return {
        "gmf_user_embeddings": users,
        "gmf_item_embeddings": arrays["item_factors"],
        "output_kernel": np.ones((users.shape[1], 1), np.float32),
        "output_bias": arrays["item_bias"][:1],
    }


def _file(name: str) -> str:
    return f"{folder(name)}/ids.npz"
