"""Files in the workspace, on a local disk or wherever its URI points (through fsspec)."""

import errno
import os
import uuid
from pathlib import Path
from typing import IO, Any

from steamrec.errors import RunError, UsageError
from steamrec.workspace.file_systems import file_system, spark_uri
from steamrec.workspace.json_text import json_bytes, parsed_json
from steamrec.workspace.root import checked_root
from steamrec.workspace.stores import store_of


class Workspace:
    """A folder of tables and files under one root.

    `root` is a local path or a URI that both Spark and fsspec understand. Every `name` is a
    path inside the root, with forward slashes. Raises UsageError for a root whose name Spark,
    Petastorm or fsspec would take for another place.
    """

    def __init__(self, root: str) -> None:
        self.root, self.local = checked_root(root)
        self._files, self._base = file_system(self.root)
        self._store = store_of(self._files, self.local)

    def path(self, name: str) -> str:
        """The absolute path (local) or URI of `name`."""
        return f"{self.root}/{name}"

    def spark_uri(self, name: str) -> str:
        """The URI of `name` for Spark: file:// for a local path, whatever fs.defaultFS says."""
        return spark_uri(self.path(name))

    def url(self, name: str) -> str:
        """The URL of `name`, as Petastorm takes it."""
        return f"file://{self.path(name)}" if self.local else self.path(name)

    def check_writable(self) -> None:
        """Create the root if need be; raises UsageError when nothing can be written there."""
        probe = f".probe-{uuid.uuid4().hex}"
        try:
            self._files.makedirs(self._base, exist_ok=True)
            self.write_bytes(probe, b"")
            self.remove(probe)
        except OSError as error:
            raise UsageError(
                f"The workspace {self.root} cannot be written ({error.strerror or error}); "
                "give another --workspace."
            ) from None

    def refuse_links(self, name: str) -> None:
        """Raise RunError when `name` or a folder on the way to it is a symbolic link."""
        if not self.local:
            return
        path = Path(self.path(name))
        for step in (path, *path.parents[: len(Path(name).parts) - 1]):
            if step.is_symlink():
                raise RunError(
                    f"{step} is a symbolic link, which could lead a write out of the workspace; "
                    "remove it."
                )

    def exists(self, name: str) -> bool:
        """Whether `name` is there."""
        return bool(self._files.exists(self._inner(name)))

    def has_table(self, name: str) -> bool:
        """Whether the table was written to its end (Spark's _SUCCESS marker is there)."""
        return self.exists(f"{name}/_SUCCESS")

    def refuse_empty_files(self, name: str) -> None:
        """Raise RunError for a Parquet file of 0 bytes in table `name`: Spark would skip it."""
        for base, size in self.table_files(name).items():
            if size == 0:
                raise RunError(
                    f"{self.path(name)}/{base} is damaged (0 bytes); run the night with --fresh, "
                    "which writes it again."
                )

    def list(self, name: str) -> list[str]:
        """The names directly under folder `name`, sorted; empty when it is not there."""
        self._files.invalidate_cache()
        try:
            found = self._files.ls(self._inner(name), detail=False)
        except FileNotFoundError:
            return []
        return sorted(str(path).rstrip("/").rsplit("/", 1)[-1] for path in found)

    def files_below(self, name: str) -> tuple[str, ...]:
        """The files below folder `name`, relative to it and sorted; ("",) when it is a file."""
        self._files.invalidate_cache()
        base = self._inner(name)
        if not self._files.exists(base):
            return ()
        if self._files.isfile(base):
            return ("",)
        root = str(self._files._strip_protocol(base)).rstrip("/")
        return tuple(sorted(str(path)[len(root) + 1 :] for path in self._files.find(base)))

    def stamp(self, name: str) -> str:
        """What the store says of file `name`: another text whenever the file was replaced."""
        return str(self._files.ukey(self._inner(name)))[:32]

    def remove(self, name: str) -> None:
        """Remove file or folder `name` if it is there."""
        if self.exists(name):
            self._files.rm(self._inner(name), recursive=True)

    def move(self, source: str, target: str) -> None:
        """Rename `source` to `target`, replacing what is there."""
        if self.local:
            Path(self.path(target)).parent.mkdir(parents=True, exist_ok=True)
            if Path(self.path(target)).is_dir():
                self.remove(target)
            Path(self.path(source)).replace(self.path(target))
            return
        self.remove(target)
        self._files.mv(self._inner(source), self._inner(target), recursive=True)

    def link(self, source: str, target: str) -> None:
        """Make `target` the same file as `source`: a hard link, or a copy where there are none.

        Only for files that are replaced and never written in place.
        """
        if self.local:
            Path(self.path(target)).parent.mkdir(parents=True, exist_ok=True)
            try:
                os.link(self.path(source), self.path(target))
                return
            except FileNotFoundError:
                raise
            except OSError as error:
                if error.errno in (errno.ENOSPC, errno.EDQUOT):
                    raise
        else:
            self._files.makedirs(self._inner(target).rsplit("/", 1)[0], exist_ok=True)
        self._files.copy(self._inner(source), self._inner(target))

    def size(self, name: str) -> int:
        """The bytes of file `name`; raises FileNotFoundError."""
        return int(self._files.info(self._inner(name))["size"])

    def open(self, name: str) -> IO[bytes]:
        """File `name`, open to read parts of it; raises FileNotFoundError."""
        opened: IO[bytes] = self._files.open(self._inner(name), "rb")
        return opened

    def table_files(self, name: str) -> dict[str, int]:
        """The Parquet files directly under table `name`, by their names in it: their bytes."""
        if not self.exists(name):
            return {}
        self._files.invalidate_cache()
        found = self._files.ls(self._inner(name), detail=True)
        files = {str(file["name"]).rsplit("/", 1)[-1]: file for file in found}
        return {
            base: int(file["size"] or 0)
            for base, file in sorted(files.items())
            if file["type"] == "file" and base.endswith(".parquet") and base[0] not in "_."
        }

    def read_bytes(self, name: str) -> bytes:
        """The content of file `name`; raises FileNotFoundError."""
        return bytes(self._files.cat_file(self._inner(name)))

    def write_bytes(self, name: str, content: bytes) -> None:
        """Write file `name` in one step: a reader sees the old content or the new, whole."""
        self._store.write(self._inner(name), content)

    def content(self, name: str) -> bytes | None:
        """The content of file `name`, or None when it is not there."""
        return self._store.read(self._inner(name))

    def replace(self, name: str, content: bytes, expected: bytes | None) -> None:
        """Write file `name` if its content is still `expected` (None: it is not there).

        Of two processes that expect the same content exactly one succeeds. Raises ChangedError
        when another process changed the file.
        """
        self._store.replace(self._inner(name), content, expected)

    def sync(self, name: str) -> None:
        """Make file `name`, or all files below folder `name`, survive a power cut."""
        self._store.sync(self._inner(name), self._base)

    def read_json(self, name: str) -> Any:
        """The parsed JSON file `name`; raises RunError that names a file that is no JSON."""
        return parsed_json(self.read_bytes(name), self.path(name))

    def write_json(self, name: str, value: Any) -> None:
        """Write `value` as JSON in one step."""
        self.write_bytes(name, json_bytes(value))

    def _inner(self, name: str) -> str:
        return f"{self._base}/{name}"
