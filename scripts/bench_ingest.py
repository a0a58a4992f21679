"""Measure the ingest stage against the same stage with ast.literal_eval on every line.

    python scripts/bench_ingest.py FILE [--master URL] [--copies 1,4]

The stage runs in this process on the same file, shared out to the cores in the same way and writing
the same table: as it is; with every line through its own way in Python, which is ast.literal_eval
with the limits, checks and reasons that the stage promises; and with every line through
ast.literal_eval and nothing else, which the first line that is no library would end. As it is it
runs six times: the first starts Spark's code (as a night does), two more let the JVM compile it,
and the median of the other three, taken around the slow ways, is compared. Then `steamrec ingest`
reads so many copies of the file, each time in a process of its own. Prints one JSON line: the
seconds of each way and their ratios, and the peak GiB of each kind of process by the number of
copies.
"""

import argparse
import ast
import json
import statistics
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from bench_night import watched

from steamrec.data.context import Context
from steamrec.ingest.library_lines import LIBRARY_LINES
from steamrec.ingest.line_records import LineFormat
from steamrec.ingest.parsing import Limits
from steamrec.models.settings import load_settings
from steamrec.pipeline.stages.ingest import ingest
from steamrec.workspace import Workspace


def read_bare(line: bytes, limits: Limits) -> dict[str, Any]:
    """The plain way: ast.literal_eval, and nothing else."""
    read: dict[str, Any] = ast.literal_eval(line.decode("utf-8"))
    return read


ALL_IN_PYTHON = replace(LIBRARY_LINES, trusted=None)
BARE = replace(ALL_IN_PYTHON, read=read_bare)


def _context(path: str, workspace: str, master: str) -> Context:
    settings = load_settings(None, [f"input.path={json.dumps(path)}"])
    return Context(settings, Workspace(workspace), master=master)


def measure(path: str, master: str) -> dict[str, Any]:
    """Seconds of parse and write by all ways, and whether the tables' counts are equal."""
    with tempfile.TemporaryDirectory() as folder:
        context = _context(path, f"{folder}/workspace", master)
        counts: list[dict[str, Any]] = []

        def seconds(form: LineFormat = LIBRARY_LINES) -> float:
            start = time.perf_counter()
            counts.append(ingest(context, form).counts)
            return round(time.perf_counter() - start, 2)

        first, _, _ = seconds(), seconds(), seconds()
        own = [seconds()]
        checked = seconds(ALL_IN_PYTHON)
        own.append(seconds())
        plain = seconds(BARE)
        own.append(seconds())
        context.spark.stop()
    in_python = [count.pop("lines_read_in_python") for count in counts]
    assert all(count == counts[0] for count in counts)
    median = statistics.median(own)
    return {
        "bench": "ingest",
        "lines": counts[0]["lines"],
        "lines_read_in_python": in_python[0],
        "first_seconds": first,
        "seconds": own,
        "all_in_python_seconds": checked,
        "literal_eval_seconds": plain,
        "times_all_in_python": round(checked / median, 1),
        "times_literal_eval": round(plain / median, 1),
    }


def memory(path: str, master: str, copies: int) -> dict[str, float]:
    """The peak GiB of each kind of process while `steamrec ingest` reads `copies` of the file."""
    with tempfile.TemporaryDirectory() as folder:
        suffixes = "".join(Path(path).suffixes[-2:])
        for number in range(copies):
            Path(folder, f"copy-{number}{suffixes}").symlink_to(Path(path).resolve())
        command = [sys.executable, "-m", "steamrec", "ingest", "--workspace", f"{folder}/workspace"]
        command += ["--master", master, "--set", f"input.path={folder}/copy-*{suffixes}"]
        code, _, peaks = watched(command, Path(folder, "log"))
        if code:
            sys.exit(Path(folder, "log").read_text())
        return peaks


def main() -> None:
    """Read the arguments, measure, print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("file", help="the raw file")
    parser.add_argument("--master", default="local[2]", help="Spark's master URL")
    parser.add_argument("--copies", default="1,4", help="to show memory; '' for none")
    arguments = parser.parse_args()
    figures = measure(arguments.file, arguments.master)
    figures["peak_gib"] = {
        copies: memory(arguments.file, arguments.master, int(copies))
        for copies in arguments.copies.split(",")
        if copies
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
