"""exports/refused.json: the run that a gate refused, until a later one is published."""

import contextlib
from collections.abc import Iterator
from typing import Any

from steamrec.errors import GateRefusedError, RunError
from steamrec.publish.pointer import read_pointer
from steamrec.workspace import Workspace
from steamrec.workspace.json_text import parsed_json

REFUSED = "exports/refused.json"


def record_refusal(workspace: Workspace, date: str, run_id: str, model: str, why: str) -> None:
    """Write down that the run was refused; `why` names the gate and both figures."""
    refusal = {"date": date, "run_id": run_id, "model": model, "why": why}
    workspace.write_json(REFUSED, refusal)


@contextlib.contextmanager
def refusal_recorded(workspace: Workspace, date: str, run_id: str, model: str) -> Iterator[None]:
    """Write a refusal down before the error goes on."""
    try:
        yield
    except GateRefusedError as refusal:
        record_refusal(workspace, date, run_id, model, str(refusal))
        raise


def read_refusal(workspace: Workspace) -> dict[str, Any] | None:
    """The refused run's date, run_id, model and why; None when a later one was published.

    Raises RunError when the file is damaged.
    """
    content = workspace.content(REFUSED)
    if content is None:
        return None
    found = parsed_json(content, workspace.path(REFUSED))
    keys = ("date", "run_id", "model", "why")
    if not isinstance(found, dict) or not all(isinstance(found.get(key), str) for key in keys):
        raise RunError(f"{workspace.path(REFUSED)} is damaged; remove it.")
    refusal = {key: found[key] for key in keys}
    return None if _published_since(workspace, refusal["run_id"]) else refusal


def _published_since(workspace: Workspace, run_id: str) -> bool:
    """Whether readers see a later run: its publisher died before it removed the refusal."""
    try:
        shown = read_pointer(workspace)
    except RunError:
        return False
    return shown is not None and shown["run_id"] > run_id


def forget_refusal(workspace: Workspace) -> None:
    """A run was published: nothing is refused any more."""
    workspace.remove(REFUSED)
