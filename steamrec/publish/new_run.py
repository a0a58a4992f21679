"""The run that a night writes: its name, its record, and whether readers see the same already."""

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from steamrec.data import tables
from steamrec.data.context import Context
from steamrec.data.tables import Table
from steamrec.errors import RunError
from steamrec.publish.pointer import Pointer
from steamrec.publish.published_fields import run_folder, serving_name
from steamrec.publish.runs import ROOTS, record_name, run_name
from steamrec.workspace import Workspace
from steamrec.workspace.file_sums import changed_file, file_sums

# What two equal runs have in common beside their files.
SAME = (
    *("date", "rows", "users", "model", "refitted", "ndcg", "content_hash", "serving_hash"),
    *("excluded_hash", "formats", "formulas_neutralized"),
)


@dataclass(frozen=True)
class NewRun:
    """A run that is being made: the folders of its lists and of its serving set follow from it."""

    date: str
    run_id: str

    @property
    def table(self) -> Table:
        """The table of its lists."""
        return Table(run_folder(self.date, self.run_id), tables.EXPORT.columns)

    @property
    def serving(self) -> str:
        """The folder of its serving set."""
        return serving_name(self.date, self.run_id)


def new_run_id() -> str:
    """A run id: the time in UTC, and what makes it unlike any other."""
    return f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{uuid.uuid4().hex[:6]}"


def start_run(context: Context) -> NewRun:
    """A new run of the night's date; raises RunError when a link would lead its files elsewhere."""
    run = NewRun(context.date, new_run_id())
    for name in (run.table.name, run.serving):
        context.workspace.refuse_links(name)
    return run


def with_file_sums(workspace: Workspace, record: dict[str, Any]) -> dict[str, Any]:
    """The record with `files`: for each folder of the run what lies in its files."""
    name = run_name(record)
    folders = [f"{root}/{name}" for root in ROOTS if workspace.exists(f"{root}/{name}")]
    return record | {"files": {folder: file_sums(workspace, folder) for folder in folders}}


def same_published(
    workspace: Workspace, record: dict[str, Any], seen: Pointer
) -> dict[str, Any] | None:
    """The record of the published run when `record` would publish the same again, else None.

    So a night that ended between publishing and its receipt publishes once. A run whose files are
    not as they were written is not the same.
    """
    if seen.run is None:
        return None
    try:
        found = workspace.read_json(record_name(seen.run["date"], seen.run["run_id"]))
    except (FileNotFoundError, RunError):
        return None
    files = found.get("files")
    if not isinstance(files, dict) or any(found.get(key) != record[key] for key in SAME):
        return None
    whole = all(not changed_file(files[name], file_sums(workspace, name)) for name in files)
    return dict(found) if whole else None


def remove_run(workspace: Workspace, record: dict[str, Any]) -> None:
    """Remove a run that nobody will see."""
    for root in ROOTS:
        workspace.remove(f"{root}/{run_name(record)}")
        night = f"{root}/{run_name(record).partition('/')[0]}"
        if workspace.exists(night) and not workspace.list(night):
            workspace.remove(night)
