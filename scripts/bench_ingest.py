"""Measure the ingest stage against the same stage with ast.literal_eval on every line.

    python scripts/bench_ingest.py FILE [--master URL] [--copies 1,4]

The stage runs in this process three times on the same file, spread over the cores in the same way
and writing the same table: as it is; with every line through its own way in Python, which is
ast.literal_eval with the limits, checks and reasons that the stage promises; and with every line
through ast.literal_eval and nothing else, which the first line that is no library would end. Then
`steamrec ingest` reads so many copies of the file, each time in a process of its own. Prints one
JSON line: the seconds of each way and their ratios, and the peak GiB of each kind of process by the
number of copies.
"""

import argparse
import ast
import json
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench_night import watched

from steamrec.generate.write import write_file
from steamrec.ingest.jvm import LIBRARY_TYPE
from steamrec.ingest.read import read_libraries
from steamrec.settings import load_settings
from steamrec.settings.reading import IngestSettings
from steamrec.stage import Context
from steamrec.stages.ingest import Reader, ingest
from steamrec.workspace import Workspace

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

WARM_USERS = 4_000  # whose made file both ways read first: the JVM compiles what runs often


def read_with_literal_eval(lines: "DataFrame", settings: IngestSettings) -> "DataFrame":
    """The plain way: each line through ast.literal_eval in a Python function."""
    from pyspark.sql import functions as F

    parse = F.udf(ast.literal_eval, LIBRARY_TYPE).asNondeterministic()
    return lines.withColumn("library", parse("line")).select(
        "file",
        "block",
        "row",
        F.lit(True).alias("in_python"),
        "library",
        F.lit(None).cast("string").alias("reason"),
        F.lit(None).cast("string").alias("line"),
    )


def read_in_python(lines: "DataFrame", settings: IngestSettings) -> "DataFrame":
    """The stage's own reading, with the JVM trusted with no line."""
    from pyspark.sql import functions as F

    return read_libraries(lines, settings, lambda line: F.lit(False))


def _context(path: str, workspace: str, master: str) -> Context:
    settings = load_settings(None, [f"input.path={json.dumps(path)}"])
    return Context(settings, Workspace(workspace), master=master)


def measure(path: str, master: str) -> dict[str, Any]:
    """Seconds of parse and write by both ways, with Spark warm, and how the tables compare."""
    with tempfile.TemporaryDirectory() as folder:
        small = f"{folder}/small.json.gz"
        write_file(WARM_USERS, 1, small)
        for read in (read_libraries, read_in_python, read_with_literal_eval):
            ingest(_context(small, f"{folder}/warm", master), read)
        context = _context(path, f"{folder}/workspace", master)

        def seconds(read: Reader) -> tuple[float, dict[str, Any]]:
            start = time.perf_counter()
            counts = ingest(context, read).counts
            return round(time.perf_counter() - start, 2), counts

        own, counts = seconds(read_libraries)
        checked, checked_counts = seconds(read_in_python)
        plain, plain_counts = seconds(read_with_literal_eval)
        context.spark.stop()
    same = {key for key in counts if key != "lines_read_in_python"}
    for other in (checked_counts, plain_counts):
        assert {key: counts[key] for key in same} == {key: other[key] for key in same}
    return {
        "bench": "ingest",
        "lines": counts["lines"],
        "lines_read_in_python": counts["lines_read_in_python"],
        "seconds": own,
        "all_in_python_seconds": checked,
        "literal_eval_seconds": plain,
        "times_all_in_python": round(checked / own, 1),
        "times_literal_eval": round(plain / own, 1),
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
