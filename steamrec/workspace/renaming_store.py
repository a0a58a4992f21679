"""HDFS: a file is written beside its name and renamed over it; a claim keeps writers apart.

The file system must have `rename_over(source, target)` with the meaning of POSIX rename and of
HDFS's rename with OVERWRITE: one step; a file replaces a file; a folder replaces an empty folder
only, and raises OSError for another; FileNotFoundError when the source is gone.

The claim on a file is a folder beside it that holds the one next content, under a name that no
other writer has. Whoever renamed it there checks the file and renames the content over it. The
claim of a dead writer ends with the time in its name: another writer removes it. Should its
writer still live, its own rename then fails, as its content is gone. So of two writers that
expect the same content exactly one succeeds, however slow either is.
"""

import contextlib
import time
import uuid

from steamrec.errors import RunError
from steamrec.workspace.store import ChangedError, Store, beside

CLAIM_SECONDS = 30.0
WAIT_SECONDS = 2 * CLAIM_SECONDS  # for another's claim to end
PAUSE_SECONDS = 0.2


class RenamingStore(Store):
    """Steps on a file system whose renames overwrite."""

    def write(self, path: str, content: bytes) -> None:
        """Write a file; a reader sees the old content or the new, whole."""
        partial = beside(path, uuid.uuid4().hex)
        try:
            self.files.pipe_file(partial, content)
            self.files.rename_over(partial, path)
        except BaseException:
            self._discard(partial)
            raise

    def swap(self, path: str, content: bytes, expected: bytes | None) -> None:
        """One attempt of `replace`."""
        own = f"{time.time() + CLAIM_SECONDS:.0f}-{uuid.uuid4().hex}"
        draft, claim = beside(path, uuid.uuid4().hex), beside(path, "claim")
        try:
            self.files.pipe_file(f"{draft}/{own}", content)
            self._claim(draft, claim, own, path, expected)
            self.check(path, expected)
            try:
                self.files.rename_over(f"{claim}/{own}", path)
            except FileNotFoundError:
                raise ChangedError(f"{path}: this writer was too slow.") from None
        except BaseException:
            self._discard(f"{claim}/{own}")
            self._discard(draft)
            raise

    def _claim(self, draft: str, claim: str, own: str, path: str, expected: bytes | None) -> None:
        """Rename the folder `draft`, which holds `own`, to `claim`; wait for another's claim."""
        until = time.monotonic() + WAIT_SECONDS
        while True:
            try:
                self.files.rename_over(draft, claim)
                return
            except OSError:
                holders = self._names(claim)
                if own in holders:  # it was renamed, and only the answer was lost
                    return
                if not holders and not self._names(draft):
                    raise
            self.check(path, expected)
            for name in holders:
                if float(name.partition("-")[0]) <= time.time():
                    self._discard(f"{claim}/{name}")
            if time.monotonic() > until:
                raise RunError(
                    f"Another process is replacing {path} and does not end; run the same command "
                    "again."
                )
            if CLAIM_SECONDS:
                time.sleep(PAUSE_SECONDS)

    def _names(self, folder: str) -> list[str]:
        try:
            found = self.files.ls(folder, detail=False)
        except FileNotFoundError:
            return []
        return [str(name).rstrip("/").rsplit("/", 1)[-1] for name in found]

    def _discard(self, path: str) -> None:
        with contextlib.suppress(OSError):
            self.files.rm(path, recursive=True)
