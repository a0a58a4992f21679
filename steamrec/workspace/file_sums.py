"""Checksums of an output's files, so that a removed, added or changed file is noticed."""

from pathlib import Path

from steamrec.workspace.storage import Workspace

_READ_BYTES = 1 << 22

FileSums = dict[str, str]


def file_sums(workspace: Workspace, name: str) -> FileSums:
    """For each file of output `name` (a file, or a folder with all below it) a short sum.

    Names are relative to the output, "" for the output itself. Names that begin with "_" or "."
    are left out, as readers of tables leave them out. On a local disk a sum is the size and the
    CRC-32 of the content; elsewhere it is what the store says of the file (its size and its
    entity tag or time), as stores check contents themselves. Empty when there is no such output.
    """
    sums = {}
    for inner in workspace.files_below(name):
        if any(part[:1] in ("_", ".") for part in inner.split("/")):
            continue
        whole = f"{name}/{inner}" if inner else name
        sums[inner] = (
            local_sum(workspace.path(whole)) if workspace.local else workspace.stamp(whole)
        )
    return sums


def changed_file(recorded: FileSums, found: FileSums) -> str | None:
    """The first file that is not as recorded, in words; None when all are."""
    for name in sorted(recorded.keys() | found.keys()):
        if name not in found:
            return f"{name or 'it'} is gone"
        if name not in recorded:
            return f"{name} was added"
        if recorded[name] != found[name]:
            return f"{name or 'its content'} was changed"
    return None


def local_sum(path: str) -> str:
    """The size and the CRC-32 of a local file's content."""
    from isal.isal_zlib import crc32

    size, sum_ = 0, 0
    with Path(path).open("rb", buffering=0) as file:
        while block := file.read(_READ_BYTES):
            size += len(block)
            sum_ = crc32(block, sum_)
    return f"{size} {sum_:08x}"
