"""A lease on a workspace behind a URI: one run at a time, where no kernel's lock reaches.

.lease.json names the holder and the time at which the lease ends. The holder renews it from a
thread; when the holder dies, it ends. Taking, renewing and giving back are replaces of the file,
so that of two takers one succeeds. The clocks of the machines must agree to a few seconds.
"""

import atexit
import contextlib
import json
import logging
import os
import socket
import threading
import time
import uuid
from datetime import UTC, datetime
from typing import Any

from steamrec.errors import RunError
from steamrec.workspace.json_text import json_bytes
from steamrec.workspace.storage import Workspace
from steamrec.workspace.store import ChangedError

FILE = ".lease.json"
SECONDS = 120.0
RENEWALS = 5  # in the time of one lease

log = logging.getLogger(__name__)


def busy(workspace: Workspace, holder: str) -> RunError:
    """The error for a workspace that another process holds."""
    return RunError(
        f"Another run works in the workspace {workspace.root} ({holder}); "
        "wait for its end, or give another --workspace."
    )


class Lease:
    """This process's hold on a workspace for `seconds` from each renewal on."""

    def __init__(self, workspace: Workspace, seconds: float = SECONDS) -> None:
        self.workspace, self.seconds = workspace, seconds
        self._about = {"holder": uuid.uuid4().hex, "host": socket.gethostname()}
        self._until = 0.0  # of this machine's monotonic clock
        self._ended = threading.Event()
        self._writing = threading.Lock()

    def take(self, wait: float = 0.0) -> None:
        """Take the lease; raises RunError when another process has it.

        For `wait` seconds a lease that nobody renews may come to its end: the holder may be dead.
        """
        found = self._ended_lease(time.monotonic() + wait)
        try:
            self._write(self.seconds, found)
        except ChangedError:
            taken = self.workspace.content(FILE)
            raise busy(self.workspace, _holder(_parsed(taken)) if taken else "a new one") from None

    def _ended_lease(self, until: float) -> bytes | None:
        """The file of a lease that has ended, None when there is none.

        Waits `until` this machine's monotonic clock. Raises RunError for a lease that is renewed
        meanwhile or does not end.
        """
        first = found = self.workspace.content(FILE)
        while found is not None:
            about = _parsed(found)
            if about["expires"] <= time.time():
                break
            if found != first or time.monotonic() >= until:
                raise busy(self.workspace, _holder(about))
            if first is found:
                log.info("Waiting for the lease of %s to end or be renewed.", _holder(about))
            time.sleep(min(1.0, self.seconds / 10))
            found = self.workspace.content(FILE)
        return found

    def renew(self) -> None:
        """Put the end off; raises ChangedError when another process has taken the lease."""
        with self._writing:
            self._write(self.seconds, self._own())

    def give_back(self) -> None:
        """End the lease now, if it still is this process's."""
        with self._writing, contextlib.suppress(RunError, OSError):
            if not self._ended.is_set():
                self._ended.set()
                self._write(0.0, self._own())

    def check(self) -> None:
        """Raise RunError when the lease may be another process's by now."""
        if self._ended.is_set() or time.monotonic() >= self._until:
            raise RunError(
                f"This run no longer holds the workspace {self.workspace.root}, as it could not "
                "renew its lease in time; run the same command again."
            )

    def keep(self) -> None:
        """Renew the lease from a thread until the process ends, and give it back then."""
        threading.Thread(target=self._keep_renewing, name="lease", daemon=True).start()
        atexit.register(self.give_back)

    def _keep_renewing(self) -> None:
        while not self._ended.wait(self.seconds / RENEWALS):
            try:
                self.renew()
            except ChangedError:
                self._ended.set()
                log.error("The lease on %s was taken by another run.", self.workspace.root)
            except Exception as error:  # the store may answer again before the lease ends
                log.warning("The lease on %s was not renewed: %s", self.workspace.root, error)

    def _own(self) -> bytes:
        """The file as it is, when this process wrote it; raises ChangedError when not."""
        found = self.workspace.content(FILE)
        if found is None or _parsed(found)["holder"] != self._about["holder"]:
            raise ChangedError(f"The lease on {self.workspace.root} is another process's.")
        return found

    def _write(self, seconds: float, expected: bytes | None) -> None:
        until = time.monotonic() + seconds
        about = self._about | {"process": os.getpid(), "expires": time.time() + seconds}
        content = json_bytes(about | {"written": uuid.uuid4().hex})
        self.workspace.replace(FILE, content, expected)
        self._until = until


def _parsed(content: bytes) -> dict[str, Any]:
    """The content of the file; one that is damaged belongs to nobody."""
    try:
        about = json.loads(content)
        return {
            "holder": str(about["holder"]),
            "host": str(about["host"]),
            "process": int(about["process"]),
            "expires": float(about["expires"]),
        }
    except (ValueError, KeyError, TypeError):
        return {"holder": "", "host": "an unknown host", "process": 0, "expires": 0.0}


def _holder(about: dict[str, Any]) -> str:
    ends = datetime.fromtimestamp(about["expires"], UTC).isoformat(timespec="seconds")
    return f"process {about['process']} on {about['host']}, until {ends} unless it goes on"
