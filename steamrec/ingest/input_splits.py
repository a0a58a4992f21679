"""Input splits: which task reads which blocks of each input file."""

from collections.abc import Sequence
from dataclasses import dataclass

from steamrec.ingest.sources import Source

# Of uncompressed text; what a task holds at a time, but for a longer line.
BLOCK_BYTES = 4 * 2**20
_MOST_BLOCKS = 16
# Each share of a compressed file unpacks the whole of it, a tenth of the work of reading it all.
_MOST_SHARES = 16


@dataclass(frozen=True)
class Share:
    """The blocks of one file that one task reads: a line belongs to the block in which it starts.

    They are `first`, `first + stride` and so on, below `end` (None: to the end of the file). A
    compressed file can be entered at its start only; a plain one is entered at `first`.
    """

    path: str
    codec: str | None
    first: int = 0
    stride: int = 1
    end: int | None = None
    block_bytes: int = BLOCK_BYTES

    @property
    def entry(self) -> int:
        """The block at which reading starts."""
        return 0 if self.codec else self.first

    def owns(self, block: int) -> bool:
        """Whether `block` is one of the share's."""
        started = block >= self.first and (self.end is None or block < self.end)
        return started and (block - self.first) % self.stride == 0

    def is_over(self, block: int) -> bool:
        """Whether no block from `block` on is the share's."""
        return self.end is not None and block >= self.end


def share_out(sources: Sequence[Source], cores: int, block_bytes: int) -> list[Share]:
    """Shares that hold every block of every file once and keep `cores` cores at work."""
    shares: list[Share] = []
    plain = sum(source.size for source in sources if source.codec is None)
    each = min(max(plain // (2 * cores * block_bytes), 1), _MOST_BLOCKS)
    strides = min(-(-cores // len(sources)), _MOST_SHARES)
    for source in sources:
        path, codec = source.path, source.codec
        if codec:
            shares += [Share(path, codec, i, strides, None, block_bytes) for i in range(strides)]
            continue
        blocks = -(-source.size // block_bytes)
        shares += [
            Share(path, None, first, 1, min(first + each, blocks), block_bytes)
            for first in range(0, blocks, each)
        ]
    return shares
