"""HDFS through hdfs-native: no Java, no libhdfs, no HADOOP_HOME.

It reads core-site.xml and hdfs-site.xml from the folder HADOOP_CONF_DIR, which a plain
hdfs://HOST:PORT does not need.
"""

import os
import uuid
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from fsspec import register_implementation
from fsspec.utils import tokenize
from hdfs_native.fsspec import HdfsFileSystem, ViewfsFileSystem

# YARN gives each container the Hadoop settings of whoever submitted the application.
CONTAINER_SETTINGS = Path("__spark_conf__/__hadoop_conf__")
# The default is 15 attempts with growing pauses: minutes for a NameNode that is not there.
ATTEMPTS = {"dfs.client.failover.max.attempts": "4"}


def open_hdfs(uri: str) -> tuple[Any, str]:
    """The file system of an hdfs:// or viewfs:// URI, and the path on it."""
    if "HADOOP_CONF_DIR" not in os.environ:
        folders = (CONTAINER_SETTINGS, Path(os.environ.get("SPARK_CONF_DIR", "")))
        for folder in folders:
            if (folder / "core-site.xml").is_file():
                os.environ["HADOOP_CONF_DIR"] = str(folder.absolute())
                break
    parts = urlsplit(uri)
    kind: Any = HdfsFiles if parts.scheme == "hdfs" else ViewfsFiles
    files = kind(host=parts.hostname, port=parts.port, **ATTEMPTS)
    return files, parts.path or "/"


class _Client:
    """hdfs-native's client, whose errors are OSErrors of one line, without Java's stack."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._client, name)

        def call(*arguments: Any, **options: Any) -> Any:
            try:
                return method(*arguments, **options)
            except (OSError, RuntimeError) as error:
                kind = type(error) if isinstance(error, OSError) else OSError
                text = str(error).replace("\\n", "\n").splitlines()
                raise kind(text[0] if text else name) from None

        return call


class _Files:
    """What hdfs-native's file systems lack."""

    client: Any
    info: Any
    makedirs: Any
    open: Any

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.client = _Client(self.client)

    def rename_over(self, source: str, target: str) -> None:
        """Rename in one step as POSIX does: a file replaces a file.

        A folder replaces an empty folder only; raises OSError for another one.
        """
        self.client.rename(source, target, True)

    def mv(self, path1: str, path2: str, **_options: Any) -> None:
        """Rename `path1` to `path2`, which must not be there; makes the folder that it is in."""
        self.makedirs(path2.rpartition("/")[0] or "/", exist_ok=True)
        self.client.rename(path1, path2, False)

    def cp_file(self, path1: str, path2: str, **_options: Any) -> None:
        """Copy a file; a reader of `path2` sees the old content or the new, whole."""
        folder, _, name = path2.rpartition("/")
        partial = f"{folder}/.{name}.{uuid.uuid4().hex}"
        with self.open(path1, "rb") as source, self.open(partial, "wb") as target:
            while block := source.read(1 << 22):
                target.write(block)
        self.rename_over(partial, path2)

    def ukey(self, path: str) -> str:
        """A text that differs whenever the file was replaced; reading it changes nothing."""
        info = self.info(path)
        return str(tokenize(info["name"], info["size"], info["modification_time"]))


class HdfsFiles(_Files, HdfsFileSystem):  # type: ignore[misc]
    """HDFS behind hdfs:// URIs."""


class ViewfsFiles(_Files, ViewfsFileSystem):  # type: ignore[misc]
    """Several HDFS under one tree, behind viewfs:// URIs."""


# Libraries that open a URI by themselves get the same file systems.
register_implementation("hdfs", HdfsFiles, clobber=True)
register_implementation("viewfs", ViewfsFiles, clobber=True)
