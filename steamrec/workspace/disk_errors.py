"""Faults of the disk under the workspace, told in one sentence."""

import re

from steamrec.errors import RunError
from steamrec.workspace.storage import Workspace

DAMAGED = re.compile(
    r"is not a Parquet file|Could not read footer|CANNOT_READ_FILE|FAILED_READ_FILE|"
    r"expected magic number|can not read class org\.apache\.parquet"
)
FULL = "No space left on device"
# Our own sentence, raised in a Python worker: Spark hands on its traceback only.
IN_A_WORKER = re.compile(r"^steamrec\.errors\.RunError: (.+)$", re.MULTILINE)


def explain_fault(error: Exception, workspace: Workspace, stage: str) -> RunError | None:
    """What went wrong in `stage` for a full disk or damaged files; None for other errors."""
    text = str(error)
    if own := IN_A_WORKER.search(text):
        return RunError(own.group(1))
    if FULL in text:
        return RunError(
            f"The disk ran full in '{stage}' ({workspace.root}); make room and run the same "
            "command again: what is published stays as it was."
        )
    if DAMAGED.search(text) is None:
        return None
    files = re.findall(rf"{re.escape(workspace.root)}/[^\s:,'\"\]]+\.parquet", text)
    if not files:
        return None  # not one of the workspace's: the input's damage is ingest's to explain
    return RunError(f"{files[0]} is damaged; run the night with --fresh, which writes it anew.")
