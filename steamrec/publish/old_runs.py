"""Which runs are kept, and removing the others with all that belongs to them.

The runs to remove are chosen before the pointer moves and named in it, so that nobody goes back
to one that is being removed.
"""

import logging
from collections.abc import Iterable, Sequence
from typing import Any

from steamrec.errors import RunError
from steamrec.publish.runs import ROOTS, all_runs, run_name
from steamrec.workspace import Workspace

ID_TIME = len("20260131T010203Z")  # a run id starts with the time at which its run began

log = logging.getLogger(__name__)


def old_runs(
    workspace: Workspace, record: dict[str, Any], before: dict[str, Any] | None, keep: int
) -> list[str]:
    """The published runs that are not kept once `record` is published: dt=.../run=...

    Those of the newest `keep` dates are, and always the new run and `before`, the one that
    readers see until then.
    """
    shown = {run_name(run) for run in (record, before) if run}
    names = all_runs(workspace)
    dates = sorted({name.partition("/")[0] for name in (*names, *shown)})[-keep:]
    return [name for name in names if name.partition("/")[0] not in dates and name not in shown]


def remove_runs(workspace: Workspace, record: dict[str, Any], names: Sequence[str]) -> list[str]:
    """Remove the runs `names`, and those that began before `record` and were never published.

    Returns what was removed. A run of a later start is left alone: another publisher may be at
    work on it. What cannot be removed now is left to a later night, with a warning.
    """
    removed = []
    try:
        for name in [*names, *_never_published(workspace, record, set(names))]:
            _remove(workspace, name)
            removed.append(name)
        for root in ROOTS:
            for date in {name.partition("/")[0] for name in removed}:
                if not workspace.list(f"{root}/{date}"):
                    workspace.remove(f"{root}/{date}")
    except (OSError, RunError) as error:
        log.warning("export: old runs could not all be removed: %s", error)
    return sorted(removed)


def _remove(workspace: Workspace, name: str) -> None:
    workspace.remove(f"exports/{name}/_run.json")  # first: rollback needs it
    for root in reversed(ROOTS):
        workspace.remove(f"{root}/{name}")


def _never_published(
    workspace: Workspace, record: dict[str, Any], known: set[str]
) -> Iterable[str]:
    """Runs without a record that began before `record`: their export died or was refused."""
    found = {name for root in ROOTS for name in all_runs(workspace, root)} - known
    for name in sorted(found - {run_name(record)}):
        began = name.partition("/run=")[2][:ID_TIME]
        if began < record["run_id"][:ID_TIME] and not workspace.exists(f"exports/{name}/_run.json"):
            yield name
