"""Publishing a run whose lists and serving set are written and have passed the gates.

The order is what readers rely on: the run's files are made durable, its record is written, and
then the pointer moves, in one step and only from the run that the gates compared with. What is
old goes last. docs/workspace.md lists the seven invariants.
"""

import logging
from collections.abc import Sequence
from typing import Any

from steamrec.errors import RunError
from steamrec.publish.new_run import remove_run, same_published, with_file_sums
from steamrec.publish.old_runs import old_runs, remove_runs
from steamrec.publish.pointer import Pointer, load_pointer, move_pointer
from steamrec.publish.published_fields import PUBLISHED
from steamrec.publish.rejection import forget_refusal
from steamrec.publish.runs import ROOTS, read_record, record_name, run_name
from steamrec.workspace import Workspace

log = logging.getLogger(__name__)


def publish_once(
    workspace: Workspace, record: dict[str, Any], seen: Pointer, keep: int
) -> tuple[dict[str, Any], Sequence[str]]:
    """`publish_run`, unless readers see the same run already: then the new one is removed.

    Returns the record of the run that readers see and the names of the removed runs.
    """
    whole = with_file_sums(workspace, record)
    same = same_published(workspace, whole, seen)
    if same is None:
        return whole, publish_run(workspace, whole, seen, keep)
    log.info("export: run %s has these lists already, so it stays published", same["run_id"])
    remove_run(workspace, record)
    forget_refusal(workspace)
    return same, ()


def publish_run(
    workspace: Workspace, record: dict[str, Any], seen: Pointer, keep: int
) -> Sequence[str]:
    """Show readers the run of `record`; returns the names of the old runs that were removed.

    `seen` is the pointer as it was before the run was made. A run that is published already stays
    so, whoever asks again. Raises RunError when another publisher has moved the pointer since
    `seen`: then nothing is published.
    """
    if _was_published(workspace, record):
        return ()
    own = record_name(record["date"], record["run_id"])
    before = seen.run and {key: seen.run[key] for key in PUBLISHED}
    old: Sequence[str] = ()
    try:
        for root in ROOTS:
            if workspace.exists(f"{root}/{run_name(record)}"):
                workspace.sync(f"{root}/{run_name(record)}")
        workspace.write_json(own, {**record, "previous": before})
        old = old_runs(workspace, record, before, keep)
        move_pointer(workspace, record, seen, removed=old)
    except (OSError, RunError):
        # Files may even be gone: the publisher that won removes what was never published.
        if load_pointer(workspace).content == seen.content:
            raise
        if not _was_published(workspace, record):
            workspace.remove(own)
            raise RunError(
                f"Another process moved the pointer while run {record['run_id']} was made, so this "
                "run is not published; run the same command again."
            ) from None
    forget_refusal(workspace)
    return remove_runs(workspace, record, old)


def _was_published(workspace: Workspace, record: dict[str, Any]) -> bool:
    """Whether readers see the run, or saw it before the run or the rollback that came next."""
    pointer = load_pointer(workspace)
    if pointer.run is None:
        return False
    known = [pointer.run["run_id"], *(run["run_id"] for run in pointer.rolled_back)]
    if record["run_id"] in known:
        return True
    previous = read_record(workspace, pointer.run)["previous"]
    return previous is not None and previous["run_id"] == record["run_id"]
