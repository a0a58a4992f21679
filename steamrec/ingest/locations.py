"""From a path or URI as the user wrote it to a file system and a name on it."""

import glob
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO, Any
from urllib.parse import unquote

from fsspec.implementations.local import LocalFileSystem

from steamrec.workspace.file_systems import file_system

_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
_LOCAL_URI = re.compile(r"file:(?://localhost(?=/)|//)?")


def open_input(path: str) -> IO[bytes]:
    """A file that `find_sources` found, opened for reading; nothing in its name is special."""
    if _URI.match(path) is None:
        return Path(path).open("rb")
    files, name = file_system(path)
    opened: IO[bytes] = files.open(name, "rb")
    return opened


def locate(path: str) -> tuple[Any, list[str]]:
    """The file system behind `path` and the names that it may mean there, likeliest first.

    A local path is absolute then. Raises ValueError or ImportError for a scheme that fsspec
    does not know.
    """
    local = _LOCAL_URI.match(path)
    if local is None and _URI.match(path):
        files, name = file_system(path)
        return files, [name]
    name = path[local.end() :] if local else path
    names = [Path(name)]
    with suppress(RuntimeError):  # ~name of a user whom this machine does not know
        names.append(Path(unquote(name) if local else name).expanduser())
    return LocalFileSystem(), list(dict.fromkeys(str(each.absolute()) for each in names))


def matches(files: Any, pattern: str) -> tuple[str, list[str]]:
    """The longest folder of `pattern` that exists, and what matches the pattern inside of it.

    A folder that exists is taken literally, so brackets in its name are not a pattern. Names that
    start with '.' or '_' match only a pattern that does so too.
    """
    parts = pattern.split("/")
    fixed = 0
    while fixed < len(parts) - 1 and _is_folder(files, parts, fixed + 1):
        fixed += 1
    folder, rest = "/".join(parts[:fixed]), parts[fixed:]
    found = files.glob("/".join([glob.escape(folder), *rest]))
    names = [str(name) for name in found]
    return folder, [name for name in names if not is_hidden(name) or is_hidden(rest[-1])]


def _is_folder(files: Any, parts: list[str], count: int) -> bool:
    return not glob.has_magic(parts[count - 1]) or bool(files.isdir("/".join(parts[:count])))


def files_below(files: Any, folder: str, nested: bool) -> Iterator[str]:
    """The files in `folder`, and in the folders in it if `nested`; hidden ones are left out."""
    for entry in files.ls(folder, detail=True):
        name = str(entry["name"]).rstrip("/")
        if is_hidden(name) or name == folder.rstrip("/"):
            continue
        if files.isfile(name):
            yield name
        elif nested:
            yield from files_below(files, name, nested)


def is_hidden(name: str) -> bool:
    """Whether Spark and Hadoop take `name` for a file of their own, as _SUCCESS."""
    base = name.rsplit("/", 1)[-1]
    return base.startswith(".") or (base.startswith("_") and "=" not in base)
