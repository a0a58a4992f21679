"""All published lists of one run."""

from typing import TYPE_CHECKING, Any

from steamrec.errors import UsageError
from steamrec.publish.pointer import latest
from steamrec.publish.runs import read_record
from steamrec.serving.parquet_rows import read_parquet
from steamrec.serving.serving_set import open_run
from steamrec.workspace import Workspace

if TYPE_CHECKING:
    import pyarrow as pa

COLUMNS = ["user_id", "rank", "item_id", "item_name", "score", "source"]


def published_lists(workspace: Workspace, date: str | None) -> "pa.Table":
    """The lists (COLUMNS) of the run that readers see, or of the last published run of `date`.

    Sorted by user_id and rank. Raises UsageError when there is no such run, RunError when its
    files are damaged.
    """
    run = latest(workspace) if date is None else _run_of(workspace, date)
    if run["serving"] is None:  # published with layout 1: nothing says which files it has
        names = [name for name in workspace.list(run["path"]) if not name.startswith((".", "_"))]
        table = read_parquet(workspace, run["path"], names, COLUMNS)
    else:
        table = open_run(workspace, run).lists(COLUMNS)
    return table.sort_by([("user_id", "ascending"), ("rank", "ascending")])


def _run_of(workspace: Workspace, date: str) -> dict[str, Any]:
    """The record of the last published run of `date`: the runs without one were not published."""
    folder = f"exports/dt={date}"
    names = [name for name in workspace.list(folder) if name.startswith("run=")]
    runs = [name for name in names if workspace.exists(f"{folder}/{name}/_run.json")]
    if not runs:
        raise UsageError(f"No run of {date} is published in {workspace.root}; {_kept(workspace)}.")
    return read_record(workspace, {"date": date, "run_id": max(runs).removeprefix("run=")})


def _kept(workspace: Workspace) -> str:
    nights = [name for name in workspace.list("exports") if name.startswith("dt=")]
    dates = [name.removeprefix("dt=") for name in nights if _published(workspace, name)]
    return f"the dates that are kept: {', '.join(dates)}" if dates else "nothing is published yet"


def _published(workspace: Workspace, night: str) -> bool:
    names = workspace.list(f"exports/{night}")
    return any(workspace.exists(f"exports/{night}/{name}/_run.json") for name in names)
