"""The bytes of an input file, local or remote, decompressed."""

from collections.abc import Iterator
from typing import IO, Any

from steamrec.ingest.chunks import Chunk, cut_chunks
from steamrec.ingest.input_errors import damaged
from steamrec.ingest.input_splits import Share
from steamrec.ingest.locations import open_input


def read_chunks(share: Share, longest: int) -> Iterator[Chunk]:
    """The lines of `share`, as cut_chunks gives them.

    Raises DamagedFileError when the file is gone, cut short or damaged.
    """
    import lzma

    from isal import isal_zlib

    bad_gzip: type[Exception] = isal_zlib.error  # type: ignore[assignment]  # its stub is wrong
    try:
        with open_input(share.path) as raw:
            inside = _enter(raw, share)
            with _unpacked(raw, share.codec) as stream:
                yield from cut_chunks(_blocks(stream, share), share, inside, longest)
    except (OSError, EOFError, bad_gzip, lzma.LZMAError) as error:
        raise damaged(share.path, error) from error


def _enter(raw: IO[bytes], share: Share) -> bool:
    """Go to the share's first block; whether that is inside a line."""
    if share.entry == 0:
        return False
    raw.seek(share.entry * share.block_bytes - 1)
    return raw.read(1) != b"\n"


def _unpacked(raw: Any, codec: str | None) -> Any:
    import lzma

    import pyarrow as pa
    from isal import igzip

    if codec == "gzip":  # 2.6 times as fast as Arrow's
        return igzip.open(raw, "rb")
    if codec == "xz":
        return lzma.open(raw, "rb")
    return pa.CompressedInputStream(raw, codec) if codec else raw


def _blocks(stream: Any, share: Share) -> Iterator[bytes]:
    while block := stream.read(share.block_bytes):
        yield block
