"""The log file of this process in the workspace: Spark's output, and tracebacks of failures."""

import contextlib
import os
import tempfile
import time
import traceback
from pathlib import Path
from typing import IO

FOLDER = "logs"
KEPT = 20  # files

_current: Path | None = None
_on_standard_error = False


def start(root: str | None) -> None:
    """Let this process log to a file of its own under the local folder `root`/logs.

    Where there is no such folder, it is in a new temporary one.
    """
    global _current
    name = f"{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}-{os.getpid()}.log"
    folder = root or tempfile.mkdtemp(prefix="steamrec-")
    _current = Path(folder) / FOLDER / name


def start_on_standard_error() -> None:
    """Let tracebacks go to the standard error too: a workspace behind a URI holds no log files."""
    global _on_standard_error
    _on_standard_error = True


def on_standard_error() -> bool:
    """Whether tracebacks go to the standard error."""
    return _on_standard_error


def open_for_append() -> IO[bytes] | None:
    """The file, open to append to.

    None when there is none, when it cannot be written, or when STEAMREC_DEBUG sends Spark's
    output to the terminal.
    """
    if _current is None or os.environ.get("STEAMREC_DEBUG"):
        return None
    try:
        _current.parent.mkdir(parents=True, exist_ok=True)
        for old in sorted(_current.parent.glob("*.log"))[: -KEPT + 1]:
            old.unlink(missing_ok=True)
        return _current.open("ab")
    except OSError:
        return None


def text() -> str:
    """What has been logged so far; empty when there is nothing."""
    if _current is None or not _current.exists():
        return ""
    return _current.read_text(encoding="utf-8", errors="replace")


def add_traceback(error: BaseException) -> Path | None:
    """Append the traceback of `error`; returns the file, or None when it cannot be written."""
    file = open_for_append()
    if file is None:
        return None
    with contextlib.suppress(OSError), file:
        file.write("".join(traceback.format_exception(error)).encode(errors="replace"))
        return _current
    return None
