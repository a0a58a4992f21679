"""Runs of the export: their records, going back to the run before, and how long they are kept."""

from typing import Any

from steamrec.errors import RunError, UsageError
from steamrec.publish.pointer import POINTER, move_pointer, read_pointer
from steamrec.publish.published_fields import (
    DATE,
    PUBLISHED,
    checked_record,
    lists_folder,
    run_folder,
)
from steamrec.workspace import Workspace

FORMATS = ("json", "csv")
# The folders with a folder for each run: dt=<date>/run=<run id>.
ROOTS = ("exports", "serving", *(f"exports/{kind}" for kind in FORMATS))


def record_name(date: str, run_id: str) -> str:
    """The file of the run's record; readers of the table skip names with an underscore."""
    return f"{run_folder(date, run_id)}/_run.json"


def published_run(workspace: Workspace) -> dict[str, Any] | None:
    """The record of the run that readers see, or None when nothing is published.

    Raises RunError naming the pointer or record that is damaged, gone or of another run.
    """
    pointer = read_pointer(workspace)
    if pointer is None:
        return None
    record = read_record(workspace, pointer)
    differing = [key for key in PUBLISHED if record[key] != pointer[key]]
    if differing:
        name = record_name(pointer["date"], pointer["run_id"])
        raise RunError(
            f"{workspace.path(POINTER)} is damaged (it and {workspace.path(name)} differ in "
            f"{', '.join(differing)})."
        )
    return record


def read_record(workspace: Workspace, run: dict[str, Any]) -> dict[str, Any]:
    """The record of a checked run; raises RunError when it is gone or damaged."""
    name = record_name(run["date"], run["run_id"])
    try:
        found = workspace.read_json(name)
    except FileNotFoundError:
        raise RunError(f"{workspace.path(name)} is gone.") from None
    record = checked_record(found, workspace.path(name))
    if (record["date"], record["run_id"]) != (run["date"], run["run_id"]):
        raise RunError(f"{workspace.path(name)} is damaged (it names another run).")
    return record


def roll_back(workspace: Workspace) -> dict[str, Any]:
    """Point readers to the run published before the one they see; returns its record.

    Its lists and serving set come back together. Raises UsageError when there is no such run any
    more, RunError when the pointer or a record is damaged.
    """
    current = published_run(workspace)
    before = current and current["previous"]
    if not current or not before:
        raise UsageError(f"{workspace.root} has no earlier published run to go back to.")
    kept = workspace.has_table(lists_folder(before))
    if not kept or (before["serving"] and not workspace.exists(before["serving"])):
        raise UsageError(
            f"The run {before['run_id']} of {before['date']} is no longer kept, so there is "
            "nothing to go back to; export.keep says how many nights are."
        )
    record = read_record(workspace, before)
    move_pointer(workspace, record)
    return record


def remove_old_runs(workspace: Workspace, keep: int) -> list[str]:
    """Remove all but the newest `keep` dates' runs with all that belongs to them.

    Returns the removed runs' names (dt=.../run=...). The run that readers see and the one before it
    always stay. Runs without a record were never published (their export died or was refused) and
    go too.
    """
    current = published_run(workspace)
    shown = [run for run in (current, current and current["previous"]) if run]
    kept = {lists_folder(run).removeprefix("exports/") for run in shown}
    dates = [name for name in workspace.list("exports") if _is_date(name)][-keep:]
    removed = set()
    for root in ROOTS:
        for date in filter(_is_date, workspace.list(root)):
            for run in workspace.list(f"{root}/{date}"):
                name = f"{date}/{run}"
                old = date not in dates or not workspace.exists(f"exports/{name}/_run.json")
                if name in removed or (old and name not in kept):
                    removed.add(name)
                    workspace.remove(f"{root}/{name}")
            if not workspace.list(f"{root}/{date}"):
                workspace.remove(f"{root}/{date}")
    return sorted(removed)


def _is_date(name: str) -> bool:
    return name.startswith("dt=") and DATE.fullmatch(name[3:]) is not None
