"""Making chunks in several processes, in order and in bounded memory."""

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from steamrec.errors import RunError
from steamrec.synthetic.worker import Chunk, read_chunk

ROOT = Path(__file__).parents[2]  # where Python finds steamrec


def chunks_of_workers(
    starts: Sequence[int], users: int, seed: int, compress: bool, processes: int
) -> Iterator[Chunk]:
    """The chunks that start at the users `starts`, in this order, made by `processes` workers.

    Each worker makes every `processes`-th chunk and waits until it is taken. Raises RunError when
    one ends early.
    """
    workers = [_start(users, seed, compress) for _ in range(processes)]
    try:
        for worker, first in zip(workers, starts, strict=False):
            _ask(worker, first)
        for number in range(len(starts)):
            worker = workers[number % processes]
            assert worker.stdout is not None
            chunk = read_chunk(worker.stdout)
            if number + processes < len(starts):
                _ask(worker, starts[number + processes])
            yield chunk
    except (EOFError, OSError):
        raise RunError("A process that generates the file ended early; run it again.") from None
    finally:
        for worker in workers:
            worker.kill()
            worker.communicate()


def _start(users: int, seed: int, compress: bool) -> "subprocess.Popen[bytes]":
    paths = [*filter(None, [os.environ.get("PYTHONPATH")]), str(ROOT)]
    arguments = [str(users), str(seed), str(int(compress))]
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "steamrec.synthetic.worker", *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(paths)},
    )


def _ask(worker: "subprocess.Popen[bytes]", first: int) -> None:
    assert worker.stdin is not None
    worker.stdin.write(b"%d\n" % first)
    worker.stdin.flush()
