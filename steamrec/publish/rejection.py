"""exports/refused.json: the run that a gate refused, until a later one is published."""

from typing import Any

from steamrec.workspace import Workspace

REFUSED = "exports/refused.json"


def record_refusal(workspace: Workspace, date: str, run_id: str, model: str, why: str) -> None:
    """Write down that the run was refused; `why` names the gate and both figures."""
    refusal = {"date": date, "run_id": run_id, "model": model, "why": why}
    workspace.write_json(REFUSED, refusal)


def read_refusal(workspace: Workspace) -> dict[str, Any] | None:
    """The refused run's date, run_id, model and why; None when the last run was published."""
    if not workspace.exists(REFUSED):
        return None
    found: dict[str, Any] = workspace.read_json(REFUSED)
    return found


def forget_refusal(workspace: Workspace) -> None:
    """A run was published: nothing is refused any more."""
    workspace.remove(REFUSED)
