"""`python -m steamrec.synthetic.worker USERS SEED COMPRESS`: makes the chunks of one file.

Each line of standard input is the number of a chunk's first user; the answer on standard output is
its figures and its bytes. A process of its own, as multiprocessing would run the caller's script
again in each of its workers.
"""

import struct
import sys
from typing import IO, NamedTuple

HEAD = struct.Struct(">QQQ")  # lines, item rows, bytes


class Chunk(NamedTuple):
    """The bytes of one chunk, and what is in them."""

    content: bytes
    lines: int
    item_rows: int


def write_chunk(target: IO[bytes], chunk: Chunk) -> None:
    """Write one answer."""
    target.write(HEAD.pack(chunk.lines, chunk.item_rows, len(chunk.content)))
    target.write(chunk.content)
    target.flush()


def read_chunk(source: IO[bytes]) -> Chunk:
    """Read one answer; raises EOFError when the worker ended before its end."""
    head = source.read(HEAD.size)
    if len(head) < HEAD.size:
        raise EOFError
    lines, item_rows, size = HEAD.unpack(head)
    content = source.read(size)
    if len(content) < size:
        raise EOFError
    return Chunk(content, lines, item_rows)


def main() -> None:
    """Answer until the input ends."""
    from steamrec.synthetic.write import make_chunk

    users, seed, compress = (int(argument) for argument in sys.argv[1:])
    for line in sys.stdin:
        chunk = make_chunk(int(line), users, seed, bool(compress))
        write_chunk(sys.stdout.buffer, chunk)


if __name__ == "__main__":
    main()
