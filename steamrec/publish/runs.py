"""Runs of the export: their folders and their records."""

from typing import Any

from steamrec.errors import RunError
from steamrec.publish.pointer import POINTER, Pointer, load_pointer
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


def run_name(run: dict[str, Any]) -> str:
    """The run's folder below each of ROOTS: dt=<date>/run=<run id>."""
    return lists_folder(run).removeprefix("exports/")


def all_runs(workspace: Workspace, root: str = "exports") -> list[str]:
    """The names of all runs with a folder below `root`, oldest date first, then by run id."""
    dates = filter(is_date, workspace.list(root))
    return [f"{date}/{run}" for date in dates for run in workspace.list(f"{root}/{date}")]


def is_date(name: str) -> bool:
    """Whether `name` is the folder of a night."""
    return name.startswith("dt=") and DATE.fullmatch(name[3:]) is not None


def published_run(workspace: Workspace, seen: Pointer | None = None) -> dict[str, Any] | None:
    """The record of the run that readers see, or of `seen`; None when nothing is published.

    Raises RunError naming the pointer or record that is damaged, gone or of another run.
    """
    pointer = (seen or load_pointer(workspace)).run
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
