"""Faults of the disk under the workspace, reported in one sentence."""

import os
import re
import shutil
import tempfile
from pathlib import Path

from steamrec.errors import RunError
from steamrec.spark.defaults import read_defaults
from steamrec.workspace import run_log
from steamrec.workspace.storage import Workspace

DAMAGED = re.compile(
    r"is not a Parquet file|Could not read footer|CANNOT_READ_FILE|FAILED_READ_FILE|"
    r"expected magic number|can not read class org\.apache\.parquet"
)
CAUSES = 10  # at most, of one error
NEARLY_FULL = 16 * 1024**2  # bytes free
FULL = re.compile(r"No space left on device|Errno 28|Disk quota exceeded|Errno 122")
# Our own sentence, raised in a Python worker: Spark hands on its traceback only.
IN_A_WORKER = re.compile(r"^steamrec\.errors\.RunError: (.+)$", re.MULTILINE)


SPILLING = re.compile(
    r"blockmgr-|org\.apache\.spark\.(?:storage|shuffle)\.|util\.collection\.|UnsafeSorterSpill"
)
WRITING = re.compile(r"TASK_WRITE_FAILED|parquet\.hadoop|_temporary")


def explain_fault(error: Exception, workspace: Workspace, stage: str) -> RunError | None:
    """What went wrong in `stage` for a full disk or damaged files; None for other errors."""
    text = _text_with_causes(error)
    if own := IN_A_WORKER.search(text):
        return RunError(own.group(1))
    if FULL.search(text):
        return RunError(
            f"The disk ran full in '{stage}' ({_full_folder(error, workspace)}); make room and run "
            "the same command again: the published run is unchanged."
        )
    if DAMAGED.search(text) is None:
        return None
    files = re.findall(rf"{re.escape(workspace.root)}/[^\s:,'\"\]]+\.parquet", text)
    if not files:
        return None  # not one of the workspace's: the input's damage is ingest's to explain
    return RunError(f"{files[0]} is damaged; run the night with --fresh, which writes it again.")


def _text_with_causes(error: BaseException) -> str:
    """The texts of an error and its causes: Spark's own sentence may leave Java's causes out."""
    texts: list[str] = []
    seen: BaseException | None = error
    while seen is not None and len(texts) < CAUSES:
        texts.append(str(seen))
        seen = seen.__cause__
    if "JAVA_GATEWAY_EXITED" in texts[0]:  # Java did not start, and said why in the log
        texts.append(run_log.text())
    return "\n".join(texts)


def _full_folder(error: Exception, workspace: Workspace) -> str:
    """The folder whose disk is full: the one that the error names, or the fullest."""
    spill = _spill_folder()
    named = getattr(error, "filename", None)
    if isinstance(named, str):
        return workspace.root if named.startswith(workspace.root) else str(Path(named).parent)
    if not workspace.local:
        return spill
    spare = {folder: _free(folder) for folder in (workspace.root, spill, tempfile.gettempdir())}
    fullest = min(spare, key=lambda folder: spare[folder])
    if spare[fullest] < NEARLY_FULL:
        return fullest
    text = _text_with_causes(error)
    return spill if SPILLING.search(text) and not WRITING.search(text) else workspace.root


def _spill_folder() -> str:
    named = os.environ.get("SPARK_LOCAL_DIRS") or read_defaults().get("spark.local.dir")
    return named.split(",")[0].strip() if named else tempfile.gettempdir()


def _free(folder: str) -> float:
    try:
        return shutil.disk_usage(folder).free
    except OSError:
        return float("inf")
