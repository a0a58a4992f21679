"""Writing a synthetic file: users in parallel, in bounded memory, always the same bytes."""

import contextlib
import functools
import gzip
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from steamrec.errors import UsageError
from steamrec.synthetic.catalogue import Catalogue, catalogue_size, make_catalogue
from steamrec.synthetic.item_metadata import facts_lines
from steamrec.synthetic.library import make_lines
from steamrec.synthetic.worker import Chunk
from steamrec.synthetic.workers import chunks_of_workers

CHUNK = 500


def write_file(users: int, seed: int, output: str) -> dict[str, int]:
    """Write the raw file of `users` users to `output`; returns its lines and item_rows.

    Compressed where the name ends in .gz (one gzip member per chunk). Raises UsageError when the
    file cannot be written.
    """
    figures = {"lines": 0, "item_rows": 0}

    def contents() -> Iterator[bytes]:
        for chunk in _chunks(users, seed, output.endswith(".gz")):
            figures["lines"] += chunk.lines
            figures["item_rows"] += chunk.item_rows
            yield chunk.content

    _write(output, contents())
    return figures


def write_facts(users: int, seed: int, output: str) -> int:
    """Write the items' file that goes with `write_file` of the same arguments; returns its lines.

    Compressed where the name ends in .gz. Raises UsageError when the file cannot be written.
    """
    lines = facts_lines(_catalogue(users, seed), seed)
    _write(output, [_content(lines, output.endswith(".gz"))])
    return len(lines)


def _write(output: str, contents: Iterable[bytes]) -> None:
    """Write the file in one step; raises UsageError."""
    target = Path(output)
    partial = target.with_name(f".{target.name}.partial")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with partial.open("wb") as file:
            for content in contents:
                file.write(content)
        partial.replace(target)
    except OSError as error:
        raise UsageError(f"{output} cannot be written ({error.strerror or error}).") from None
    finally:
        with contextlib.suppress(OSError):
            partial.unlink()


def _chunks(users: int, seed: int, compress: bool) -> Iterator[Chunk]:
    starts = range(0, users, CHUNK)
    processes = min(len(starts), os.cpu_count() or 1)
    if processes > 1:
        yield from chunks_of_workers(starts, users, seed, compress, processes)
        return
    for start in starts:
        yield make_chunk(start, users, seed, compress)


@functools.lru_cache(maxsize=1)
def _catalogue(users: int, seed: int) -> Catalogue:
    return make_catalogue(catalogue_size(users), seed)


def make_chunk(first: int, users: int, seed: int, compress: bool) -> Chunk:
    """The lines of CHUNK users (fewer at the end), from user `first` on."""
    count = min(CHUNK, users - first)
    lines, item_rows = make_lines(_catalogue(users, seed), seed, first, count)
    return Chunk(_content(lines, compress), len(lines), item_rows)


def _content(lines: list[str], compress: bool) -> bytes:
    content = "".join(f"{line}\n" for line in lines).encode()
    return gzip.compress(content, compresslevel=4, mtime=0) if compress else content
