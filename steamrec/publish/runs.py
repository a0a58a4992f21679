"""Runs of the export: their records, going back to the run before, and how long they are kept."""

import re
from collections.abc import Mapping
from typing import Any

from steamrec.errors import RunError, UsageError
from steamrec.publish.pointer import POINTER, read_pointer
from steamrec.workspace import Workspace

RUN_ID = re.compile(r"\d{8}T\d{6}Z-[0-9a-f]{6}", re.ASCII)
DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
FORMATS = ("json", "csv")
PUBLISHED = ("date", "run_id", "path", "rows", "users", "model", "content_hash")


def run_folder(date: str, run_id: str) -> str:
    """The run's folder in the workspace; raises UsageError for what could lead elsewhere."""
    if not (DATE.fullmatch(date) and RUN_ID.fullmatch(run_id)):
        raise UsageError(f"There is no run {run_id!r} of {date!r}: no such date or run id can be.")
    return f"exports/dt={date}/run={run_id}"


def record_name(date: str, run_id: str) -> str:
    """The file of the run's record; readers of the table skip names with an underscore."""
    return f"{run_folder(date, run_id)}/_run.json"


def published_run(workspace: Workspace) -> dict[str, Any] | None:
    """The record of the run that readers see, or None when nothing is published.

    Raises RunError naming a damaged pointer.
    """
    pointer = read_pointer(workspace)
    return None if pointer is None else _record(workspace, pointer)


def shown_run(workspace: Workspace, counts: Mapping[str, Any]) -> str:
    """Why readers do not see the run of an export's `counts`; empty when they do."""
    try:
        pointer = read_pointer(workspace)
    except RunError as error:
        return str(error).rstrip(".")
    if pointer is None:
        return f"{POINTER} is gone"
    if pointer.get("run_id") != counts.get("run_id"):
        return f"readers see another run, {pointer.get('run_id')}"
    return ""


def _record(workspace: Workspace, run: dict[str, Any]) -> dict[str, Any]:
    try:
        name = record_name(run["date"], run["run_id"])
    except (UsageError, KeyError, TypeError):
        raise RunError(f"{workspace.path(POINTER)} is damaged (it names no run).") from None
    # Runs of before there were records have just what the pointer says.
    return workspace.read_json(name) if workspace.exists(name) else run


def roll_back(workspace: Workspace) -> dict[str, Any]:
    """Point readers to the run published before the one they see; returns its record.

    Raises UsageError when there is no such run any more.
    """
    current = published_run(workspace)
    before = (current or {}).get("previous")
    if not current or not before:
        raise UsageError(f"{workspace.root} has no earlier published run to go back to.")
    record = _record(workspace, before)
    if not workspace.has_table(run_folder(record["date"], record["run_id"])):
        raise UsageError(
            f"The run {record['run_id']} of {record['date']} is no longer kept, so there is "
            "nothing to go back to; export.keep says how many nights are."
        )
    workspace.write_json(POINTER, {key: record[key] for key in PUBLISHED})
    return record


def remove_old_runs(workspace: Workspace, keep: int) -> list[str]:
    """Remove all but the newest `keep` dates' runs; returns the removed folders.

    The run that readers see and the one before it always stay. Runs without a record were never
    published (their export died or was refused) and go too.
    """
    current = published_run(workspace) or {}
    shown = [current, current.get("previous") or {}]
    kept = {run_folder(run["date"], run["run_id"]) for run in shown if run}
    dates = [name for name in workspace.list("exports") if DATE.fullmatch(name[3:])]
    removed = []
    for date in dates:
        for run in workspace.list(f"exports/{date}"):
            name = f"exports/{date}/{run}"
            old = date not in dates[-keep:] or not workspace.exists(f"{name}/_run.json")
            if old and name not in kept:
                for folder in (name, *(f"exports/{kind}/{date}/{run}" for kind in FORMATS)):
                    workspace.remove(folder)
                removed.append(name)
        for folder in (f"exports/{date}", *(f"exports/{kind}/{date}" for kind in FORMATS)):
            if workspace.exists(folder) and not workspace.list(folder):
                workspace.remove(folder)
    return removed
