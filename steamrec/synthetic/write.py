"""Writing a synthetic file: users in parallel, in bounded memory, always the same bytes."""

import contextlib
import functools
import gzip
import multiprocessing
import os
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from pathlib import Path

from steamrec.errors import UsageError
from steamrec.synthetic.catalogue import Catalogue, catalogue_size, make_catalogue
from steamrec.synthetic.item_metadata import facts_lines
from steamrec.synthetic.library import make_lines

CHUNK = 500


def write_file(users: int, seed: int, output: str) -> dict[str, int]:
    """Write the raw file of `users` users to `output`; returns its lines and item_rows.

    Compressed where the name ends in .gz (one gzip member per chunk). Raises UsageError when the
    file cannot be written.
    """
    figures = {"lines": 0, "item_rows": 0}

    def contents() -> Iterator[bytes]:
        for content, lines, item_rows in _chunks(users, seed, output.endswith(".gz")):
            figures["lines"] += lines
            figures["item_rows"] += item_rows
            yield content

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


def _chunks(users: int, seed: int, compress: bool) -> Iterator[tuple[bytes, int, int]]:
    starts = range(0, users, CHUNK)
    make = functools.partial(_chunk, users=users, seed=seed, compress=compress)
    processes = min(len(starts), os.cpu_count() or 1)
    if processes == 1:
        yield from map(make, starts)
        return
    # Spawned, not forked: a caller may have threads (TensorFlow, py4j) that do not survive a fork.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, mp_context=context) as pool:
        waiting: deque[Future[tuple[bytes, int, int]]] = deque()
        for start in starts:
            waiting.append(pool.submit(make, start))
            if len(waiting) > 2 * processes:  # no more chunks in memory than the workers need
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


@functools.lru_cache(maxsize=1)
def _catalogue(users: int, seed: int) -> Catalogue:
    return make_catalogue(catalogue_size(users), seed)


def _chunk(first: int, users: int, seed: int, compress: bool) -> tuple[bytes, int, int]:
    count = min(CHUNK, users - first)
    lines, item_rows = make_lines(_catalogue(users, seed), seed, first, count)
    return _content(lines, compress), len(lines), item_rows


def _content(lines: list[str], compress: bool) -> bytes:
    content = "".join(f"{line}\n" for line in lines).encode()
    return gzip.compress(content, compresslevel=4, mtime=0) if compress else content
