"""Finding the input files and saying what they are."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import fsspec

from steamrec.errors import UsageError
from steamrec.workspace.file_sums import local_sum

# How compressed data starts, and the endings by which it is recognised.
_SIGNATURES = {
    b"\x1f\x8b": ("gzip", (".gz",)),
    b"BZh": ("bzip2", (".bz2",)),
    b"\x28\xb5\x2f\xfd": ("zstd", (".zst", ".zstd")),
    b"\xfd7zXZ": ("xz", ()),
    b"PK\x03\x04": ("zip", ()),
    b"PAR1": ("Parquet", ()),
}
_CODECS = {".gz": "gzip", ".bz2": "bz2", ".zst": "zstd", ".zstd": "zstd"}


@dataclass(frozen=True)
class Source:
    """One input file: its absolute path or URI, size in bytes and time of last change."""

    path: str
    size: int
    modified: str

    @property
    def codec(self) -> str | None:
        """How it is compressed, in Arrow's words; None when it is not."""
        return next((codec for end, codec in _CODECS.items() if self.path.endswith(end)), None)


def find_sources(path: str, setting: str = "input.path") -> list[Source]:
    """The files behind `path` (a file, a folder or a glob; local or a URI), by name.

    In a folder, names that start with '.' or '_' are left out, as Spark does. Raises UsageError,
    naming the setting that gave the path, when there is none, when all are empty, or when a
    file's content is not what its name says.
    """
    if not path:
        raise UsageError(f"There is no input: set {setting} to the raw file, a glob or a folder.")
    try:
        files, inner = fsspec.core.url_to_fs(path)
        names = _names(files, inner)
        sources = [_source(files, name, path) for name in sorted(names)]
        if not sources:
            raise UsageError(f"The input {path} does not exist; set {setting} to the raw file.")
        for source, name in zip(sources, sorted(names), strict=True):
            _check_signature(source, files.cat_file(name, end=8))
    except (OSError, ValueError, ImportError) as error:
        raise UsageError(f"The input {path} cannot be read: {error}.") from None
    if not any(source.size for source in sources):
        raise UsageError(f"The input {path} is empty; set {setting} to the raw file.")
    return sources


def fingerprints(path: str, setting: str) -> dict[str, str]:
    """For each file behind `path` a text that changes with its content; raises as find_sources.

    The CRC-32 of a local file; what the store says of any other.
    """
    found = {}
    for source in find_sources(path, setting):
        files, inner = fsspec.core.url_to_fs(source.path)
        local = "file" in files.protocol
        sum_ = local_sum(inner) if local else f"{source.size} bytes, {source.modified}"
        found[f"{setting} ({source.path})"] = sum_
    return found


def _names(files: Any, inner: str) -> list[str]:
    if files.isfile(inner):
        return [inner]
    found = files.ls(inner, detail=False) if files.isdir(inner) else files.glob(inner)
    names = [str(name) for name in found]
    return [name for name in names if _base(name)[0] not in "._" and files.isfile(name)]


def _base(name: str) -> str:
    return name.rstrip("/").rsplit("/", 1)[-1]


def _source(files: Any, name: str, given: str) -> Source:
    info = files.info(name)
    modified = next((info[key] for key in ("mtime", "LastModified", "ETag") if key in info), "")
    return Source(_uri(files, name, given), info["size"], str(modified))


def _uri(files: Any, name: str, given: str) -> str:
    # fsspec takes off the scheme (and calls s3a s3) and sometimes the host; Spark wants both.
    if "file" in files.protocol:
        return name
    url = urlsplit(given)
    host = url.netloc if name.startswith("/") else ""
    return f"{url.scheme}://{host}{name}"


def _check_signature(source: Source, start: bytes) -> None:
    for signature, (kind, endings) in _SIGNATURES.items():
        if not start.startswith(signature) or source.path.endswith(endings or "\0"):
            continue
        advice = f"rename it so that it ends in {endings[0]}" if endings else "unpack it first"
        raise UsageError(f"The input {source.path} is {kind} data; {advice}.")
