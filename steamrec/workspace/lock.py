"""One run at a time in a workspace, and the layout that the run must find there."""

import fcntl
import json
import os
import socket
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from steamrec.errors import RunError, UsageError
from steamrec.workspace.storage import Workspace

LAYOUT_VERSION = 2
LAYOUT_FILE = "layout.json"
LOCK_FILE = ".lock"

# What this process holds; the kernel frees it when the process ends, however it ends.
_held: dict[str, IO[str]] = {}


def lock(workspace: Workspace) -> None:
    """Hold the workspace for this process to its end; raises RunError when another one does.

    The lock is the kernel's (flock), so a dead process holds none. A workspace behind a
    URI is not locked: there the scheduler must not start two nights at once.
    """
    if not workspace.local or workspace.root in _held:
        return
    # "a+" keeps what the holder wrote about itself.
    file = Path(workspace.path(LOCK_FILE)).open("a+", encoding="utf-8")  # noqa: SIM115
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.seek(0)
        holder = file.read().strip() or "an unknown process"
        file.close()
        raise RunError(
            f"Another run works in the workspace {workspace.root} ({holder}); "
            "wait for its end, or give another --workspace."
        ) from None
    file.truncate(0)
    since = datetime.now(UTC).isoformat(timespec="seconds")
    file.write(f"process {os.getpid()} on {socket.gethostname()} since {since}\n")
    file.flush()
    _held[workspace.root] = file


def check_layout(workspace: Workspace, upgrade: Callable[[Workspace], None]) -> None:
    """Mark a workspace with the layout's version; raises UsageError when it has another.

    `upgrade` brings a workspace of the version before to today's; it may be cut off and run again.
    """
    if workspace.exists(LAYOUT_FILE):
        try:
            found = json.loads(workspace.read_bytes(LAYOUT_FILE))["version"]
        except (ValueError, KeyError, TypeError):
            found = "unreadable"
        if found == LAYOUT_VERSION:
            return
        if found != LAYOUT_VERSION - 1:
            raise UsageError(
                f"The workspace {workspace.root} has layout version {found}, and this steamrec "
                f"writes version {LAYOUT_VERSION}; give another --workspace."
            )
        upgrade(workspace)
    workspace.write_json(LAYOUT_FILE, {"version": LAYOUT_VERSION})
