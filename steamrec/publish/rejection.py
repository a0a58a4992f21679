"""exports/refused.json: the run that a gate refused, until a later one is published."""

from typing import Any

from steamrec.errors import RunError
from steamrec.workspace import Workspace

REFUSED = "exports/refused.json"


def record_refusal(workspace: Workspace, date: str, run_id: str, model: str, why: str) -> None:
    """Write down that the run was refused; `why` names the gate and both figures."""
    refusal = {"date": date, "run_id": run_id, "model": model, "why": why}
    workspace.write_json(REFUSED, refusal)


def read_refusal(workspace: Workspace) -> dict[str, Any] | None:
    """The refused run's date, run_id, model and why; None when the last run was published.

    Raises RunError when the file is damaged.
    """
    if not workspace.exists(REFUSED):
        return None
    found = workspace.read_json(REFUSED)
    keys = ("date", "run_id", "model", "why")
    if not isinstance(found, dict) or not all(isinstance(found.get(key), str) for key in keys):
        raise RunError(f"{workspace.path(REFUSED)} is damaged; remove it.")
    return {key: found[key] for key in keys}


def forget_refusal(workspace: Workspace) -> None:
    """A run was published: nothing is refused any more."""
    workspace.remove(REFUSED)
