"""Going back to the run published before: the pointer moves, and nothing else is written."""

from typing import Any

from steamrec.errors import RunError, UsageError
from steamrec.publish.pointer import Pointer, load_pointer, move_pointer
from steamrec.publish.published_fields import lists_folder, serving_folder
from steamrec.publish.runs import published_run, read_record, run_name
from steamrec.workspace import Workspace
from steamrec.workspace.store import ChangedError


def roll_back(workspace: Workspace) -> dict[str, Any]:
    """Point readers to the run published before the one they see; returns its record.

    Its lists and serving set come back together, and the pointer remembers the run that readers
    were taken back from. Raises UsageError when that run is no longer kept, RunError when the
    pointer or a record is damaged or another process has moved the pointer meanwhile.
    """
    seen = load_pointer(workspace)
    current = published_run(workspace, seen)
    before = current and current["previous"]
    if not current or not before:
        raise UsageError(f"{workspace.root} has no earlier published run to go back to.")
    if not _is_kept(workspace, before, seen):
        raise UsageError(
            f"The run {before['run_id']} of {before['date']} is no longer kept, so there is "
            "nothing to go back to; export.keep says how many nights are."
        )
    record = read_record(workspace, before)
    left = {key: current[key] for key in ("date", "run_id", "content_hash")}
    try:
        move_pointer(workspace, record, seen, (*seen.rolled_back, left), seen.removed)
    except ChangedError:
        raise RunError(
            "Another process published or went back meanwhile, so nothing was changed; look at "
            "`steamrec status`, and roll back again if that is still wanted."
        ) from None
    return record


def _is_kept(workspace: Workspace, run: dict[str, Any], seen: Pointer) -> bool:
    serving = serving_folder(run)
    return (
        run_name(run) not in seen.removed
        and workspace.has_table(lists_folder(run))
        and (serving is None or workspace.exists(f"{serving}/serving.json"))
    )
