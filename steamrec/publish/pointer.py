"""exports/latest.json: the one file that says which run readers should read."""

from typing import Any

from steamrec.errors import RunError, UsageError
from steamrec.publish.published_fields import (
    PUBLISHED,
    checked_run,
    lists_folder,
    serving_folder,
)
from steamrec.workspace import Workspace

POINTER = "exports/latest.json"


def read_pointer(workspace: Workspace) -> dict[str, Any] | None:
    """What the pointer says, or None when nothing is published.

    Its `path` and `serving` are folders relative to the workspace, whatever folder a workspace of
    layout 1 wrote down. Raises RunError when the file is damaged.
    """
    try:
        found = workspace.read_json(POINTER)
    except FileNotFoundError:
        return None
    return checked_run(found, workspace.path(POINTER))


def latest(workspace: Workspace) -> dict[str, Any]:
    """What the pointer says; raises UsageError when nothing is published yet."""
    found = read_pointer(workspace)
    if found is None:
        raise UsageError(
            f"Nothing is published in {workspace.root} yet; run `steamrec nightly` first, or give "
            "another --workspace."
        )
    return found


def move_pointer(workspace: Workspace, run: dict[str, Any]) -> None:
    """Show readers `run`: lists and serving set change together, in this one step."""
    missing = [
        folder
        for folder in (lists_folder(run), serving_folder(run))
        if folder and not workspace.exists(folder)
    ]
    if missing:
        raise RunError(f"{workspace.path(missing[0])} is gone, so its run cannot be published.")
    workspace.write_json(POINTER, {key: run[key] for key in PUBLISHED})
