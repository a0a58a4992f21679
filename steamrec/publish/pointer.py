"""exports/latest.json: the one file that says which run readers should read.

Beside the run it says what was decided with the move: which runs readers were taken back from,
and which runs are being removed, so that nobody goes back to them.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from steamrec.errors import RunError, UsageError
from steamrec.publish.published_fields import (
    PUBLISHED,
    checked_run,
    lists_folder,
    serving_folder,
)
from steamrec.workspace import Workspace
from steamrec.workspace.json_text import json_bytes, parsed_json
from steamrec.workspace.lock import check_held

POINTER = "exports/latest.json"


@dataclass(frozen=True)
class Pointer:
    """The pointer as it was read.

    run: what it names (the keys PUBLISHED), None when nothing is published. content: the file,
    which a publisher expects to find still when it moves the pointer. rolled_back: the runs
    (date, run_id, content_hash) that readers were taken back from since the last publishing.
    removed: the runs (dt=<date>/run=<run id>) that may be gone, as old ones.
    """

    run: dict[str, Any] | None = None
    content: bytes | None = None
    rolled_back: tuple[dict[str, str], ...] = ()
    removed: tuple[str, ...] = ()


def load_pointer(workspace: Workspace) -> Pointer:
    """The pointer as it is; raises RunError when the file is damaged.

    The run's `path` and `serving` are folders relative to the workspace, whatever folder a
    workspace of layout 1 wrote down.
    """
    content = workspace.content(POINTER)
    if content is None:
        return Pointer()
    name = workspace.path(POINTER)
    found = parsed_json(content, name)
    run = checked_run(found, name)
    rolled_back, removed = found.get("rolled_back", []), found.get("removed", [])
    if not isinstance(rolled_back, list) or not all(map(_names_lists, rolled_back)):
        raise RunError(f"{name} is damaged (rolled_back).")
    if not isinstance(removed, list) or not all(isinstance(run, str) for run in removed):
        raise RunError(f"{name} is damaged (removed).")
    return Pointer(run, content, tuple(rolled_back), tuple(removed))


def _names_lists(run: Any) -> bool:
    keys = ("date", "run_id", "content_hash")
    return isinstance(run, dict) and all(isinstance(run.get(key), str) for key in keys)


def read_pointer(workspace: Workspace) -> dict[str, Any] | None:
    """The run that the pointer names, None when nothing is published; raises RunError."""
    return load_pointer(workspace).run


def latest(workspace: Workspace) -> dict[str, Any]:
    """The run that the pointer names; raises UsageError when nothing is published yet."""
    found = read_pointer(workspace)
    if found is None:
        raise UsageError(
            f"Nothing is published in {workspace.root} yet; run `steamrec nightly` first, or give "
            "another --workspace."
        )
    return found


def move_pointer(
    workspace: Workspace,
    run: dict[str, Any],
    seen: Pointer,
    rolled_back: Sequence[dict[str, str]] = (),
    removed: Sequence[str] = (),
) -> None:
    """Show readers `run`: lists and serving set change together, in this one step.

    `seen` is the pointer that the decision was made on. Raises ChangedError when another process
    has moved it since, RunError when the run is not whole or the workspace's lease was lost.
    """
    serving = serving_folder(run)
    needed = (f"{lists_folder(run)}/_SUCCESS", serving and f"{serving}/serving.json")
    for name in filter(None, needed):
        if not workspace.exists(name):
            raise RunError(f"{workspace.path(name)} is gone, so its run cannot be published.")
    check_held(workspace)
    said = {
        **{key: run[key] for key in PUBLISHED},
        "rolled_back": list(rolled_back),
        "removed": list(removed),
        # Unlike any other move's, so that a publisher knows its own.
        "move": uuid.uuid4().hex,
    }
    workspace.replace(POINTER, json_bytes(said), seen.content)
