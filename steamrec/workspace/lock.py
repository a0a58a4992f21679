"""One run at a time in a workspace, and the layout that the run must find there."""

import fcntl
import json
import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from steamrec.errors import RunError, UsageError
from steamrec.workspace.lease import SECONDS, Lease, busy
from steamrec.workspace.storage import Workspace

LAYOUT_VERSION = 2
LAYOUT_FILE = "layout.json"
LOCK_FILE = ".lock"

# What this process holds: the kernel frees a file's lock when the process ends, however it ends.
_held: dict[str, IO[str]] = {}
_holding = threading.Lock()
_leases: dict[str, Lease] = {}


def lock(workspace: Workspace) -> None:
    """Hold the workspace for this process to its end; raises RunError when another one does.

    On a local disk the lock is the kernel's (flock), so a dead process holds none. Elsewhere it is
    a lease, a file that this process renews; the lease of a dead process expires.
    """
    if workspace.root in _held or workspace.root in _leases:
        return
    if workspace.local:
        _held[workspace.root] = _locked_file(workspace)
        return
    lease = Lease(workspace)
    lease.take(wait=SECONDS + 5)
    lease.keep()
    _leases[workspace.root] = lease


def give_back_leases() -> None:
    """End this process's leases now, so that the next run need not wait for them."""
    for lease in _leases.values():
        lease.give_back()


def check_held(workspace: Workspace) -> None:
    """Raise RunError when this process took the workspace's lease and no longer has it."""
    if workspace.root in _leases:
        _leases[workspace.root].check()


def _locked_file(workspace: Workspace) -> IO[str]:
    # "a+" keeps what the holder wrote about itself.
    file = Path(workspace.path(LOCK_FILE)).open("a+", encoding="utf-8")  # noqa: SIM115
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.seek(0)
        holder = file.read().strip() or "an unknown process"
        file.close()
        raise busy(workspace, holder) from None
    file.truncate(0)
    since = datetime.now(UTC).isoformat(timespec="seconds")
    file.write(f"process {os.getpid()} on {socket.gethostname()} since {since}\n")
    file.flush()
    return file


@contextmanager
def hold(workspace: Workspace) -> Iterator[None]:
    """Hold the workspace while the block runs.

    Raises RunError when another process, or another thread of this one, holds it.
    """
    with _holding:
        if workspace.root in _held or workspace.root in _leases:
            raise RunError(
                f"Another run of this process works in the workspace {workspace.root}; "
                "wait for its end, or give another workspace."
            )
        lock(workspace)
    try:
        yield
    finally:
        if workspace.root in _held:
            _held.pop(workspace.root).close()
        if workspace.root in _leases:
            _leases.pop(workspace.root).give_back()


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
