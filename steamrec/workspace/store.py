"""Files in one step on any store: written whole, and replaced only if nobody else did.

`Store` is for stores that put a file in one step and take no condition. A store that can do more
has a class of its own beside this module.
"""

from typing import Any

from steamrec.errors import RunError


class ChangedError(RunError):
    """A file was to be replaced, and another process had changed it."""


class Store:
    """The steps on an fsspec file system `files`; every path is as that takes it."""

    def __init__(self, files: Any) -> None:
        self.files = files

    def read(self, path: str) -> bytes | None:
        """The content of a file, or None when it is not there."""
        try:
            return bytes(self.files.cat_file(path))
        except FileNotFoundError:
            return None

    def write(self, path: str, content: bytes) -> None:
        """Write a file; a reader sees the old content or the new, whole."""
        self.files.pipe_file(path, content)

    def replace(self, path: str, content: bytes, expected: bytes | None) -> None:
        """Write a file if its content is `expected` (None: it is not there).

        `content` must be unlike any other process's. When the store's answer is lost, the file
        says whether it was written. Raises ChangedError when another process changed the file.
        """
        try:
            self.swap(path, content, expected)
        except (ChangedError, OSError):
            found = self.read(path)
            if found == content:
                return
            if found != expected:
                raise ChangedError(
                    f"Another process changed {path} meanwhile; run the same command again."
                ) from None
            raise

    def swap(self, path: str, content: bytes, expected: bytes | None) -> None:
        """One attempt of `replace`. Here the workspace's lock alone keeps two processes apart."""
        self.check(path, expected)
        self.write(path, content)

    def check(self, path: str, expected: bytes | None) -> None:
        """Raise ChangedError unless the file's content is `expected`."""
        if self.read(path) != expected:
            raise ChangedError(f"{path} was changed by another process.")

    def sync(self, path: str, root: str) -> None:
        """Make a file, or all files below a folder, survive a power cut, with the way from `root`.

        A store does that by itself.
        """


def beside(path: str, ending: str) -> str:
    """A hidden name in the folder of `path`."""
    folder, _, name = path.rpartition("/")
    return f"{folder}/.{name}.{ending}"
