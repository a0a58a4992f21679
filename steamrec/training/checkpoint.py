"""A network's state after each epoch, in one file of plain arrays and JSON.

The file is replaced in one step, so a run killed at any moment finds the last finished epoch.
"""

import io
import json
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from steamrec.scoring.artifact import Arrays, folder
from steamrec.workspace import Workspace


@dataclass
class Checkpoint:
    """The state of a training after an epoch.

    `key` identifies the network and its data; `curve` has one entry per finished epoch; `state`
    are weights and optimiser slots in order; `best` the scorer's arrays of the best epoch.
    """

    key: str
    curve: list[dict[str, float]] = field(default_factory=list)
    state: list[Any] = field(default_factory=list)
    best: Arrays = field(default_factory=dict)


def _file(name: str) -> str:
    return f"{folder(name)}/checkpoint.npz"


def save_checkpoint(workspace: Workspace, name: str, checkpoint: Checkpoint) -> None:
    """Write the checkpoint of network `name` in one step."""
    about = {"key": checkpoint.key, "curve": checkpoint.curve}
    arrays = {"about": np.frombuffer(json.dumps(about).encode(), np.uint8)}
    arrays |= {f"state_{number}": array for number, array in enumerate(checkpoint.state)}
    arrays |= {f"best_{key}": array for key, array in checkpoint.best.items()}
    content = io.BytesIO()
    np.savez(content, **arrays)
    workspace.write_bytes(_file(name), content.getvalue())


def load_checkpoint(workspace: Workspace, name: str, key: str) -> Checkpoint:
    """The checkpoint of network `name`, or an empty one when there is none for `key`.

    A damaged file counts as none: training starts again.
    """
    empty = Checkpoint(key)
    if not workspace.exists(_file(name)):
        return empty
    try:
        with np.load(io.BytesIO(workspace.read_bytes(_file(name))), allow_pickle=False) as file:
            arrays = dict(file)
        about = json.loads(arrays.pop("about").tobytes())
        states = sum(array.startswith("state_") for array in arrays)
        found = Checkpoint(
            about["key"],
            about["curve"],
            [arrays[f"state_{number}"] for number in range(states)],
            {k.removeprefix("best_"): v for k, v in arrays.items() if k.startswith("best_")},
        )
    except Exception:  # a damaged zip raises half a dozen kinds of error
        return empty
    return found if found.key == key else empty


def remove_checkpoint(workspace: Workspace, name: str) -> None:
    """Forget the checkpoint: the model is finished."""
    workspace.remove(_file(name))
