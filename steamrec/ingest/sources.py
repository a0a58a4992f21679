"""Finding the input files and telling whether they changed."""

from typing import Any

import fsspec

from steamrec.errors import UsageError

COMPRESSED = (".gz", ".bz2", ".zst")


def input_files(path: str) -> list[dict[str, Any]]:
    """The files behind input.path (one file, a glob or a folder): name, size, mtime; sorted.

    Files whose names start with "." or "_" are not input, as in Spark. Raises UsageError when
    there are none, or when all are empty.
    """
    if not path:
        raise UsageError("input.path is not set; give --set input.path=FILE.")
    try:
        files, inner = fsspec.core.url_to_fs(path)
        names = list(files.glob(inner)) if _is_glob(path) else [inner]
        found = []
        for name in names:
            inside = files.find(name) if files.isdir(name) else [name] if files.exists(name) else []
            found += [_about(files, entry) for entry in inside if not _hidden(entry)]
    except (OSError, ValueError, ImportError) as error:
        raise UsageError(f"input.path = {path!r} cannot be read: {error}.") from None
    if not found:
        raise UsageError(f"input.path = {path!r} names no file; see to the path.")
    if not any(about["size"] for about in found):
        raise UsageError(f"input.path = {path!r} is empty; there is nothing to recommend from.")
    return sorted(found, key=lambda about: str(about["name"]))


def _about(files: Any, name: str) -> dict[str, Any]:
    info = files.info(name)
    changed = info.get("mtime") or info.get("LastModified") or info.get("ETag") or ""
    return {"name": str(name), "size": int(info["size"] or 0), "changed": str(changed)}


def _is_glob(path: str) -> bool:
    return any(mark in path for mark in "*?[")


def _hidden(name: str) -> bool:
    return str(name).rsplit("/", 1)[-1].startswith((".", "_"))
