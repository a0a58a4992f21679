"""A file system as Petastorm hands it to PyArrow: of the kind that PyArrow had before pyarrow.fs.

For the newer kinds, fsspec's among them, PyArrow reads a dataset in a way that Petastorm's options
do not fit.
"""

import warnings
from collections.abc import Iterator
from typing import Any

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # the class is on its way out
    from pyarrow.filesystem import FileSystem


class PetastormFiles(FileSystem):  # type: ignore[misc]
    """An fsspec file system, to read from."""

    def __init__(self, files: Any) -> None:
        self.files = files

    def isdir(self, path: str) -> bool:
        """Whether `path` is a folder."""
        return bool(self.files.isdir(path))

    def isfile(self, path: str) -> bool:
        """Whether `path` is a file."""
        return bool(self.files.isfile(path))

    def exists(self, path: str) -> bool:
        """Whether `path` is there."""
        return bool(self.files.exists(path))

    def ls(self, path: str) -> list[str]:
        """The paths in a folder."""
        return [str(name) for name in self.files.ls(path, detail=False)]

    def walk(self, path: str) -> Iterator[tuple[str, list[str], list[str]]]:
        """Each folder from `path` down, with the names of the folders and of the files in it."""
        yield from self.files.walk(path)

    def open(self, path: str, mode: str = "rb") -> Any:
        """A file to read from."""
        return self.files.open(path, mode)
