"""Writing a made file: chunks of users in parallel, in bounded memory, always the same bytes."""

import contextlib
import functools
import gzip
import multiprocessing
import os
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from pathlib import Path

from steamrec.errors import UsageError
from steamrec.generate.catalogue import Catalogue, catalogue_size, make_catalogue
from steamrec.generate.library import make_lines

CHUNK = 500


def write_file(users: int, seed: int, output: str) -> dict[str, int]:
    """Write the raw file of `users` users to `output`; returns its lines and item_rows.

    Compressed where the name ends in .gz (one gzip member a chunk). Raises UsageError when the
    file cannot be written.
    """
    target = Path(output)
    partial = target.with_name(f".{target.name}.partial")
    figures = {"lines": 0, "item_rows": 0}
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with partial.open("wb") as file:
            for content, lines, item_rows in _chunks(users, seed, output.endswith(".gz")):
                file.write(content)
                figures["lines"] += lines
                figures["item_rows"] += item_rows
        partial.replace(target)
    except OSError as error:
        raise UsageError(f"{output} cannot be written ({error.strerror or error}).") from None
    finally:
        with contextlib.suppress(OSError):
            partial.unlink()
    return figures


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
    content = "".join(f"{line}\n" for line in lines).encode()
    if compress:
        content = gzip.compress(content, compresslevel=4, mtime=0)
    return content, len(lines), item_rows
