"""Chunks of lines against splitting the whole text at once."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steamrec.ingest.chunks import Chunk, cut_chunks
from steamrec.ingest.input_splits import Share, share_out
from steamrec.ingest.sources import Source

TEXT = st.lists(st.sampled_from([b"\n", b"a", b"bc", b"\r\n", b"longer than a block"]))


def read(text: bytes, share: Share, longest: int) -> list[Chunk]:
    """What a task reads of `text`."""
    size = share.block_bytes
    blocks = [text[at : at + size] for at in range(share.entry * size, len(text), size)]
    inside = share.entry > 0 and text[share.entry * size - 1 : share.entry * size] != b"\n"
    return list(cut_chunks(blocks, share, inside, longest))


def lines(text: bytes, start: int = 0) -> dict[int, bytes]:
    """Each line, with its line feed, by the byte at which it starts."""
    found = {}
    for line in text.split(b"\n"):
        found[start] = line + b"\n"
        start += len(line) + 1
    last, line = found.popitem()  # of the text's end, where no line feed is
    return found | ({last: line[:-1]} if line != b"\n" else {})


@given(TEXT.map(b"".join), st.integers(1, 12), st.integers(1, 5), st.sampled_from(["", ".gz"]))
def test_all_shares_hold_each_line_once(
    text: bytes, block_bytes: int, cores: int, ending: str
) -> None:
    got: dict[int, bytes] = {}
    for share in share_out([Source(f"a{ending}", len(text), "")], cores, block_bytes):
        for chunk in read(text, share, 1_000):
            part = lines(chunk.data, chunk.start)
            assert part
            assert chunk.missing == 0
            assert share.owns(chunk.start // block_bytes)
            assert not got.keys() & part.keys()
            got |= part
    assert got == lines(text)


@pytest.mark.parametrize("ending", [b"", b"\n", b"\nnext\n"])
def test_of_a_very_long_line_the_start_is_kept(ending: bytes) -> None:
    text = b"one\n" + b"x" * 1_000 + ending
    first, *rest = read(text, Share("a", None, block_bytes=8), 100)
    assert first.start == 0
    assert len(first.data) + first.missing == len(text.removesuffix(b"next\n"))
    assert text.startswith(first.data)
    assert 100 < len(first.data) <= 100 + 4 + 8
    assert [chunk.data for chunk in rest] == ([b"next\n"] if b"next" in ending else [])


def test_reading_ends_with_the_share() -> None:
    def blocks() -> Iterator[bytes]:
        yield b"ab\ncdefg"
        yield b"hi\njklmn"
        raise AssertionError("read on")

    share = Share("a", None, first=0, end=1, block_bytes=8)
    assert list(cut_chunks(blocks(), share, False, 100)) == [Chunk(0, b"ab\ncdefghi\n")]
