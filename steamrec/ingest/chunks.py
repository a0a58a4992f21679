"""Blocks of bytes into chunks of whole lines."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from steamrec.ingest.input_splits import Share

_LINE_FEED = 10


class Chunk(NamedTuple):
    """Whole lines: the byte of the file at which they start, and their bytes.

    Every line except a file's last one ends in a line feed. `missing` bytes were dropped at the end
    of the last line, which only happens to very long lines.
    """

    start: int
    data: bytes
    missing: int = 0


def cut_chunks(
    blocks: Iterable[bytes], share: Share, inside: bool, longest: int
) -> Iterator[Chunk]:
    """The lines that start in a block of `share`, once each and in order.

    `blocks` are the file's from `share.entry` on, of `share.block_bytes` each but for the last.
    `inside` says whether the first of them starts inside a line. Lines of up to `longest` bytes
    are whole; of longer ones at least as many bytes are kept, and memory is bounded by that.
    """
    held: _Held | None = None
    for number, block in enumerate(blocks, share.entry):
        offset = number * share.block_bytes
        body = (block.find(b"\n") + 1 or len(block)) if inside else 0
        if held is not None:
            held.extend(block[:body])
        if held is not None and (body == 0 or block[body - 1] == _LINE_FEED):
            yield held.chunk()
            held = None
        if held is None and share.is_over(number):
            return
        if share.owns(number) and body < len(block):
            held = _Held(offset + body, memoryview(block)[body:], share.block_bytes + longest)
        inside = block[-1] != _LINE_FEED
    if held is not None:
        yield held.chunk()


class _Held:
    """A chunk whose last line may go on in the next block."""

    def __init__(self, start: int, data: memoryview, most: int) -> None:
        self._start, self._missing = start, 0
        self._parts: list[bytes | memoryview] = [data]
        self._room = most - len(data)

    def extend(self, more: bytes) -> None:
        kept = more[: self._room]
        self._room -= len(kept)
        self._parts.append(kept)
        self._missing += len(more) - len(kept)

    def chunk(self) -> Chunk:
        return Chunk(self._start, b"".join(self._parts), self._missing)
