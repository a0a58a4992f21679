"""Which names a workspace's root may have.

Spark, Petastorm, pyarrow and fsspec all get the root, and each has characters of its own that it
does not take literally: patterns ([ ] { } * ? and the backslash), parts of a URL (# ? :).
"""

import re
from pathlib import Path

from steamrec.errors import UsageError

REFUSED = re.compile(r"[][{}*?\\#:\x00-\x1f\x7f\ud800-\udfff]")
URI = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://([^/]*)(.*)", re.DOTALL)


def checked_root(root: str) -> tuple[str, bool]:
    """The root as an absolute path or a URI without a slash at its end, and whether it is local.

    file:/x, file:///x and file://localhost/x are the local folder /x. Raises UsageError.
    """
    local = _local(root)
    if local is None:
        parts = URI.fullmatch(root)
        assert parts is not None
        _check(parts.group(3), root)
        if not (parts.group(2) + parts.group(3)).strip("/"):
            raise UsageError(f"The workspace {root!r} names no folder; write it after the scheme.")
        return f"{parts.group(1).lower()}://{parts.group(2)}{parts.group(3).rstrip('/')}", False
    if not local:
        raise UsageError("--workspace is empty; give a folder or a URI.")
    try:
        found = str(Path(local).expanduser().absolute())
    except RuntimeError:
        raise UsageError(
            f"The workspace {root!r} is in the home folder of a user whom this machine does not "
            "know; write the folder out."
        ) from None
    _check(found, root)
    return found, True


def _local(root: str) -> str | None:
    """The local path that `root` means; None for a URI of another store."""
    if not root.casefold().startswith("file:"):
        return None if URI.fullmatch(root) else root
    path = root[len("file:") :]
    if path.startswith("//"):
        host, slash, rest = path[2:].partition("/")
        path = slash + rest if host in ("", "localhost") else ""
    if not path.startswith("/"):
        raise UsageError(f"The workspace {root!r} is not a local folder; write file:///folder.")
    return path


def _check(path: str, root: str) -> None:
    found = REFUSED.search(path)
    if found:
        raise UsageError(
            f"The workspace {root!r} has {found.group()!r} in its path, which Spark or Petastorm "
            "would not take literally; give another --workspace."
        )
