"""Finding the input files and their formats."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from steamrec.errors import UsageError
from steamrec.ingest.locations import files_below, locate, matches
from steamrec.workspace.file_sums import local_sum

# How compressed data starts, and the endings by which it is recognised.
_SIGNATURES = {
    b"\x1f\x8b": ("gzip", (".gz",)),
    b"BZh": ("bzip2", (".bz2",)),
    b"\x28\xb5\x2f\xfd": ("zstd", (".zst", ".zstd")),
    b"\xfd7zXZ": ("xz", (".xz",)),
    b"\x04\x22\x4d\x18": ("lz4", (".lz4",)),
    b"PK\x03\x04": ("zip", ()),
}
PARQUET = b"PAR1"
CODECS = {
    ".gz": "gzip",
    ".bz2": "bz2",
    ".zst": "zstd",
    ".zstd": "zstd",
    ".xz": "xz",
    ".lz4": "lz4",
}


@dataclass(frozen=True)
class Source:
    """One input file: its absolute path or URI, size in bytes and time of last change.

    `relative` is its path inside of the folder that was given, empty for a file.
    """

    path: str
    size: int
    modified: str
    relative: str = ""

    @property
    def codec(self) -> str | None:
        """How it is compressed, in Arrow's words (and "xz"); None when it is not."""
        name = self.path.lower()
        return next((codec for end, codec in CODECS.items() if name.endswith(end)), None)

    @property
    def unpacked_name(self) -> str:
        """The path in lower case, without the ending that says how it is compressed."""
        name = self.path.lower()
        return name.rsplit(".", 1)[0] if self.codec else name


def find_sources(path: str, setting: str = "input.path", tables: bool = False) -> list[Source]:
    """The files behind `path` (a file, a folder or a glob; local or a URI), by name.

    A path that exists is that file, whatever its name; only a path that does not exist is a
    pattern. In a folder, names that start with '.' or '_' are left out, as Spark does. With
    `tables` folders are read recursively, and files may be Parquet. Raises UsageError, naming the
    setting of the path, when there is no file, when all are empty, or when a file's content is not
    what its name says.
    """
    if not path:
        raise UsageError(f"No input was given: set {setting} to the raw file, a glob or a folder.")
    try:
        files, names = locate(path)
        found = next((found for name in names if (found := _found(files, name, tables))), [])
        sources = [_source(files, name, path, root) for root, name in sorted(found)]
        if not sources:
            raise UsageError(f"The input {path} does not exist; set {setting} to the raw file.")
        for source, (_, name) in zip(sources, sorted(found), strict=True):
            _check_signature(source, files.cat_file(name, end=8), tables)
    except (OSError, ValueError, ImportError) as error:
        raise UsageError(f"The input {path} cannot be read: {error}.") from None
    if not any(source.size for source in sources):
        raise UsageError(f"The input {path} is empty; set {setting} to the raw file.")
    return sources


def fingerprints(sources: list[Source], setting: str) -> dict[str, str]:
    """For each of `sources` a text that changes with its content, as a stage's `external` has it.

    The CRC-32 of a local file; what the store says of any other.
    """
    found = {}
    for source in sources:
        local = "://" not in source.path
        sum_ = local_sum(source.path) if local else f"{source.size} bytes, {source.modified}"
        found[f"{setting} ({source.path})"] = sum_
    return found


def _found(files: Any, name: str, nested: bool) -> list[tuple[str, str]]:
    """The folder that was given and the name, for each file behind `name`."""
    if files.isfile(name):
        return [(name, name)]
    if files.isdir(name):
        return [(name, below) for below in files_below(files, name, nested)]
    folder, matching = matches(files, name)
    return [(folder, each) for match in matching for each in _expanded(files, match, nested)]


def _expanded(files: Any, match: str, nested: bool) -> Iterator[str]:
    if files.isfile(match):
        yield match
    elif nested:
        yield from files_below(files, match, nested)


def _source(files: Any, name: str, pattern: str, root: str) -> Source:
    info = files.info(name)
    modified = next((info[key] for key in ("mtime", "LastModified", "ETag") if key in info), "")
    relative = name[len(root) :].lstrip("/")
    return Source(_uri(files, name, pattern), info["size"], str(modified), relative)


def _uri(files: Any, name: str, pattern: str) -> str:
    # fsspec takes off the scheme (and calls s3a s3) and sometimes the host; Spark wants both.
    if "file" in files.protocol or "://" in name:
        return name
    url = urlsplit(pattern)
    in_name = "memory" in files.protocol or not name.startswith("/")
    host = "" if in_name else url.netloc
    return f"{url.scheme}://{host}{name}"


def _check_signature(source: Source, start: bytes, tables: bool) -> None:
    name = source.path.lower()
    if start.startswith(PARQUET) and not tables:
        raise UsageError(
            f"The input {source.path} is Parquet data, and lines of text are read here; for a "
            "table of users and items set input.format = 'interactions'."
        )
    for signature, (kind, endings) in _SIGNATURES.items():
        if not start.startswith(signature) or name.endswith(endings or "\0"):
            continue
        advice = f"rename it so that it ends in {endings[0]}" if endings else "unpack it first"
        raise UsageError(f"The input {source.path} is {kind} data; {advice}.")
