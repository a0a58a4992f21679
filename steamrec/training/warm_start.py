"""Warm start: the network of the night before as the start of tonight's, matched by id."""

import logging
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from steamrec.data.context import Context
from steamrec.data.tables import ITEMS, USERS
from steamrec.errors import RunError
from steamrec.models.ncf.registry import find_network
from steamrec.scoring.artifact import Arrays, folder, load_artifact
from steamrec.scoring.ids import Ids
from steamrec.workspace import Workspace

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Previous:
    """The network of the night before: its weights by name, and the ids of their rows.

    `content_hash` is the model's.
    """

    weights: Arrays
    ids: Ids
    content_hash: str


def ids_of(context: Context) -> Ids:
    """The ids of the workspace's "user" and "item" numbers, in their order."""
    found: Ids = {}
    for kind, table in (("user", USERS), ("item", ITEMS)):
        frame = context.read_local(table, kind, f"{kind}_id").sort_values(kind)
        found[kind] = frame[f"{kind}_id"].to_numpy(dtype=object)
    return found


def previous_model(workspace: Workspace, name: str) -> Previous | None:
    """The model `name` in the workspace, with the ids saved with it; None when there is none.

    A damaged one, and one that was saved without ids, counts as none; the log says so.
    """
    if not workspace.exists(f"{folder(name)}/model.json"):
        return None
    try:
        artifact = load_artifact(workspace, name, with_ids=True)
    except (RunError, OSError) as error:
        log.warning("train/%s: no warm start: %s", name, error)
        return None
    if artifact.ids is None:
        log.warning("train/%s: no warm start: the model was saved without its ids", name)
        return None
    weights = find_network(name).weights(artifact.arrays)
    return Previous(weights, artifact.ids, artifact.content_hash)


def warmed(
    fresh: Arrays, previous: Arrays, known: Ids, ids: Ids, tables: dict[str, str]
) -> Arrays | None:
    """`fresh` weights with those of `previous` for rows of the same ids.

    Both are by the weights' names. `tables` are the names of embedding tables, each with the kind
    of its rows: "user" or "item". A table's rows are matched by id; what is new keeps its fresh
    row. None when the two networks have other shapes, or a table other rows than ids.
    """
    result: Arrays = {}
    for name, weight in fresh.items():
        before = previous.get(name)
        if before is None or before.shape[1:] != weight.shape[1:]:
            return None
        if name not in tables:
            if before.shape != weight.shape:
                return None
            result[name] = before
            continue
        kind = tables[name]
        if len(before) != len(known[kind]):
            return None
        places = _places(known[kind], ids[kind])
        result[name] = weight.copy()
        result[name][places >= 0] = before[places[places >= 0]]
    return result


def _places(known: npt.NDArray[np.object_], ids: npt.NDArray[np.object_]) -> Any:
    """int64: the position of each of `ids` in `known`; -1 for an id that is not there."""
    return pd.Index(known).get_indexer(pd.Index(ids))
