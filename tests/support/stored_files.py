"""An fsspec file system in memory whose every operation is one step that a test decides about.

Two kinds: "conditional" puts whole objects on conditions, as S3; "renaming" has renames that
overwrite and writes that can be torn, as HDFS. `HANDLER` gets each operation and answers it.
"""

import errno
import hashlib
from collections.abc import Callable
from typing import Any

import fsspec
from fsspec.spec import AbstractFileSystem

KINDS = ("conditional", "renaming")
Operation = tuple[Any, ...]
Files = dict[str, bytes]

HANDLER: list[Callable[[Operation], Any]] = []


def tag_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:16]


def perform(files: Files, operation: Operation) -> Any:
    """Do one operation on the store's content; returns its answer or raises OSError."""
    name, path, *rest = operation
    if name == "read":
        return _there(files, path)
    if name == "stat":
        if path in files:
            return (len(files[path]), tag_of(files[path]))
        return None if any(file.startswith(f"{path}/") for file in files) else _there(files, path)
    if name == "exists":
        inner = f"{path}/"
        return path in files or any(file.startswith(inner) for file in files)
    if name == "names":
        inner = {file[len(path) + 1 :].partition("/")[0] for file in files
                 if file.startswith(f"{path}/")}  # fmt: skip
        return tuple(sorted(inner)) if inner else _there(files, path)
    if name == "list":
        return tuple(sorted(file for file in files if file.startswith(f"{path}/")))
    if name == "put":
        content, condition = rest
        found = files.get(path)
        if condition == "absent" and found is not None:
            raise FileExistsError(errno.EEXIST, "precondition failed", path)
        if condition not in (None, "absent") and (found is None or tag_of(found) != condition):
            raise OSError(errno.EINVAL, "precondition failed", path)
        files[path] = content
    elif name == "copy":
        files[rest[0]] = _there(files, path)
    elif name == "remove":
        _there(files, path)
        del files[path]
    elif name == "rename":
        _rename(files, path, rest[0])
    else:
        raise AssertionError(name)
    return True


def _there(files: Files, path: str) -> bytes:
    if path not in files:
        raise FileNotFoundError(errno.ENOENT, "not there", path)
    return files[path]


def _rename(files: Files, source: str, target: str) -> None:
    if source in files:
        files[target] = files.pop(source)
        return
    inner = [file for file in files if file.startswith(f"{source}/")]
    if not inner:
        raise FileNotFoundError(errno.ENOENT, "not there", source)
    if any(file.startswith(f"{target}/") for file in files):
        raise OSError(errno.ENOTEMPTY, "not empty", target)
    for file in inner:
        files[target + file[len(source) :]] = files.pop(file)


class StoredFiles(AbstractFileSystem):
    """What both kinds have."""

    cachable = False
    root_marker = ""

    def _do(self, *operation: Any) -> Any:
        return HANDLER[-1](operation)

    @classmethod
    def _strip_protocol(cls, path: str) -> str:
        return str(path).split("://", 1)[-1].rstrip("/")

    def exists(self, path: str, **kwargs: Any) -> bool:
        return bool(self._do("exists", path))

    def isfile(self, path: str) -> bool:
        return self._do("stat", path) is not None

    def info(self, path: str, **kwargs: Any) -> dict[str, Any]:
        size, tag = self._do("stat", path)
        return {"name": path, "size": size, "ETag": tag, "type": "file"}

    def ukey(self, path: str) -> str:
        return str(self._do("stat", path)[1])

    def find(self, path: str, **kwargs: Any) -> list[str]:
        return list(self._do("list", path))

    def ls(self, path: str, detail: bool = False, **kwargs: Any) -> list[str]:
        return [f"{path}/{name}" for name in self._do("names", path)]

    def cat_file(self, path: str, **kwargs: Any) -> bytes:
        return bytes(self._do("read", path))

    def cp_file(self, path1: str, path2: str, **kwargs: Any) -> None:
        self._do("copy", path1, path2)

    def copy(self, path1: str, path2: str, **kwargs: Any) -> None:
        self._do("copy", path1, path2)

    def rm(self, path: str, recursive: bool = False, maxdepth: Any = None) -> None:
        inner = self._do("list", path)
        for file in inner or (path,):
            self._do("remove", file)

    def makedirs(self, path: str, exist_ok: bool = False) -> None:
        """Folders are there with their files."""

    def invalidate_cache(self, path: Any = None) -> None:
        """Nothing is cached."""


class ConditionalFiles(StoredFiles):
    protocol = ("conditional", "s3")

    def pipe_file(self, path: str, value: bytes, mode: str = "overwrite", **kwargs: Any) -> None:
        condition = "absent" if kwargs.get("IfNoneMatch") == "*" else kwargs.get("IfMatch")
        self._do("put", path, bytes(value), condition)


class RenamingFiles(StoredFiles):
    protocol = "renaming"

    def pipe_file(self, path: str, value: bytes, mode: str = "overwrite", **kwargs: Any) -> None:
        self._do("put", path, bytes(value), None)

    def rename_over(self, source: str, target: str) -> None:
        self._do("rename", source, target)


fsspec.register_implementation("conditional", ConditionalFiles, clobber=True)
fsspec.register_implementation("renaming", RenamingFiles, clobber=True)
