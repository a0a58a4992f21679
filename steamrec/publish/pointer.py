"""exports/latest.json: the one file that says which run readers should read."""

from typing import Any

from steamrec.errors import RunError
from steamrec.workspace import Workspace

POINTER = "exports/latest.json"


def read_pointer(workspace: Workspace) -> dict[str, Any] | None:
    """What the pointer says, or None when nothing is published; raises RunError if damaged."""
    if not workspace.exists(POINTER):
        return None
    found = workspace.read_json(POINTER)
    if not isinstance(found, dict):
        raise RunError(f"{workspace.path(POINTER)} is damaged (it is no JSON object).")
    return found
