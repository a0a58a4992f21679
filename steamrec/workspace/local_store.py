"""A local disk: what was written survives a power cut, and a lock of the kernel guards replaces.

A file is synced before it gets its name, and its folder after: a name never leads to less than
the whole content.
"""

import contextlib
import fcntl
import os
import uuid
from collections.abc import Iterator
from pathlib import Path

from steamrec.workspace.store import Store, beside


class LocalStore(Store):
    """Steps on a local disk."""

    def write(self, path: str, content: bytes) -> None:
        """Write a file; a reader sees the old content or the new, whole."""
        target = Path(path)
        make_folder(target.parent)
        partial = Path(beside(path, uuid.uuid4().hex))
        try:
            with partial.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            partial.replace(target)
        except BaseException:
            partial.unlink(missing_ok=True)
            raise
        _sync(target.parent)

    def swap(self, path: str, content: bytes, expected: bytes | None) -> None:
        """One attempt of `replace`."""
        folder = Path(path).parent
        make_folder(folder)
        with _locked(folder):
            self.check(path, expected)
            self.write(path, content)

    def sync(self, path: str, root: str) -> None:
        """Make a file, or all below a folder, survive a power cut, with the way from `root`."""
        for folder, _, names in os.walk(path, topdown=False):
            for name in names:
                _sync(Path(folder, name))
            _sync(Path(folder))
        if Path(path).is_file():
            _sync(Path(path))
        for parent in Path(path).parents:
            _sync(parent)
            if parent == Path(root):
                break


def make_folder(folder: Path) -> None:
    """Make a folder and those above it, each to survive a power cut."""
    if folder.is_dir():
        return
    make_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    _sync(folder.parent)


@contextlib.contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Hold the kernel's lock on a folder, which ends with the process."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
