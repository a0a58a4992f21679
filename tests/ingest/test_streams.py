"""Files on disk into lines: compressions, the middle of a file, damage."""

import bz2
import gzip
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest

from steamrec.errors import RunError
from steamrec.ingest.input_errors import DamagedFileError, explained
from steamrec.ingest.input_splits import share_out
from steamrec.ingest.sources import find_sources
from steamrec.ingest.streams import read_chunks

LINES = [
    f"line {row} \u00e9 {hash_:x}".encode() for row, hash_ in enumerate(range(0, 10**9, 10**6))
]
TEXT = b"\n".join(LINES) + b"\n"


def zstd(content: bytes) -> bytes:
    return bytes(pa.compress(content, codec="zstd", asbytes=True))


def read(path: Path) -> list[bytes]:
    """The lines of the file, by all its shares."""
    shares = share_out(find_sources(str(path)), 3, 4_096)
    assert len(shares) > 2
    chunks = sorted(chunk for share in shares for chunk in read_chunks(share, 1_000))
    place = 0
    for chunk in chunks:
        assert chunk.start == place
        place += len(chunk.data)
    return b"".join(chunk.data for chunk in chunks).splitlines()


PACKED = {
    "a.json": TEXT,
    "a.json.gz": gzip.compress(TEXT),
    "two members.gz": gzip.compress(TEXT[:9_999]) + gzip.compress(TEXT[9_999:]),
    "a.json.bz2": bz2.compress(TEXT, 1),
    "two streams.bz2": bz2.compress(TEXT[:9_999]) + bz2.compress(TEXT[9_999:]),
    "a.json.zst": zstd(TEXT),
    "two frames.zstd": zstd(TEXT[:9_999]) + zstd(TEXT[9_999:]),
}


@pytest.mark.parametrize("name", PACKED)
def test_all_shares_of_a_file(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(PACKED[name])
    assert read(tmp_path / name) == LINES


def test_a_line_that_starts_with_a_block(tmp_path: Path) -> None:
    lines = [b"%063d" % row for row in range(500)]  # 64 bytes with the line feed
    (tmp_path / "a.json").write_bytes(b"\n".join(lines) + b"\n")
    assert read(tmp_path / "a.json") == lines


@pytest.mark.parametrize(
    ("name", "damage", "message"),
    [
        ("a.gz", lambda packed: packed[:-100], "is cut short"),
        ("a.gz", lambda packed: packed[:-4], "is cut short"),
        ("a.gz", lambda packed: packed[:6], "is cut short"),
        ("a.gz", lambda packed: packed[:-8] + b"abcdefgh", "is damaged .*CRC"),
        ("a.gz", lambda packed: packed[:500] + b"abcdefgh" + packed[508:], "is damaged "),
        ("a.gz", lambda packed: TEXT, "is damaged .*[Nn]ot a gzip"),
        ("a.gz", lambda packed: packed + TEXT, "is damaged .*[Nn]ot a gzip"),
        ("a.bz2", lambda packed: packed[:-100], "is cut short"),
        ("a.bz2", lambda packed: packed[:500] + b"abcdefgh" + packed[508:], "is damaged "),
        ("a.bz2", lambda packed: TEXT, "is damaged "),
        ("a.zst", lambda packed: packed[:-100], "is cut short"),
        ("a.zst", lambda packed: TEXT, "is damaged "),
    ],
)
def test_a_damaged_file(
    tmp_path: Path, name: str, damage: Callable[[bytes], bytes], message: str
) -> None:
    packed = {"a.gz": gzip.compress, "a.bz2": bz2.compress, "a.zst": zstd}[name](TEXT)
    path = tmp_path / name
    path.write_bytes(damage(packed))
    with pytest.raises(DamagedFileError, match=f"^The input {path} {message}.*get a whole copy"):
        read(path)


def test_a_file_that_went_away(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(TEXT)
    (share, *_) = share_out(find_sources(str(path)), 1, 4_096)
    path.unlink()
    with pytest.raises(DamagedFileError, match=f"^The input {path} was removed while it was read"):
        list(read_chunks(share, 1_000))


def test_what_the_driver_makes_of_it() -> None:
    told = RuntimeError(
        "Job aborted: Traceback (most recent call last):\n  File x\n"
        "steamrec.ingest.input_errors.DamagedFileError: The input /a: b is cut short.\n\n\tat java"
    )
    with pytest.raises(RunError, match=r"^The input /a: b is cut short\.$"), explained():
        raise told
    with pytest.raises(RuntimeError, match="another"), explained():
        raise RuntimeError("another")
