"""Run a whole night and write down what it took: wall time, seconds a stage, memory a process.

    python scripts/bench_night.py --output FOLDER -- ARGUMENTS OF steamrec nightly

Writes FOLDER/<name>.json and prints the figures as Markdown. The workspace must be new.
"""

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psutil


def watched(command: list[str], log: Path) -> tuple[int, float, dict[str, float]]:
    """Run the command; returns its exit code, seconds and the peak GiB of each kind of process."""
    peaks: dict[str, float] = {}
    start = time.perf_counter()
    with log.open("w") as file:
        process = subprocess.Popen(command, stdout=file, stderr=file)
        root = psutil.Process(process.pid)
        while process.poll() is None:
            for one in [root, *root.children(recursive=True)]:
                try:
                    kind = _kind(one.name(), " ".join(one.cmdline()))
                    if kind is None:
                        continue
                    memory = one.memory_info().rss / 2**30
                    peaks[kind] = max(peaks.get(kind, 0.0), round(memory, 2))
                except psutil.Error:
                    continue  # it ended between the two looks
            time.sleep(0.5)
    return process.returncode, time.perf_counter() - start, peaks


def _kind(name: str, line: str) -> str | None:
    """What a process is; None for helpers, which share their parent's memory when they begin."""
    if "java" in name:
        return "Spark's JVM"
    if "python" not in name and "steamrec" not in name:
        return None
    return "Python worker" if "spark.daemon" in line else "Python driver"


def report(workspace: Path, seconds: float, peaks: dict[str, float]) -> dict[str, Any]:
    """The figures of a finished night."""
    receipts = [
        json.loads(path.read_text()) for path in sorted((workspace / "receipts").rglob("*.json"))
    ]
    receipts.sort(key=lambda receipt: receipt["finished"])
    metrics = json.loads((workspace / "metrics.json").read_text())
    return {
        "seconds": round(seconds, 1),
        "peak_gib": peaks,
        "stages": {receipt["stage"]: receipt["seconds"] for receipt in receipts},
        "users": metrics["users"],
        "items": metrics["items"],
        "best": metrics["best"],
        "results": metrics["results"],
    }


def markdown(figures: dict[str, Any]) -> str:
    """The figures as tables."""
    rows = ["| model | protocol | HR@10 (95 %) | NDCG@10 (95 %) |", "|---|---|---|---|"]
    cells: dict[tuple[str, str], dict[str, str]] = {}
    for row in figures["results"]:
        if row["k"] == 10:
            low, high = row["ci95"]
            shown = f"{row['value']:.4f} ({low:.4f}-{high:.4f})"
            cells.setdefault((row["model"], row["protocol"]), {})[row["metric"]] = shown
    rows += [f"| {m} | {p} | {c['hr']} | {c['ndcg']} |" for (m, p), c in cells.items()]
    stages = ", ".join(f"{name} {value} s" for name, value in figures["stages"].items())
    peaks = ", ".join(f"{name} {value} GiB" for name, value in figures["peak_gib"].items())
    return "\n".join(
        [f"{figures['seconds']} s in all: {stages}.", "", f"Peak memory: {peaks}.", "", *rows]
    )


def main() -> None:
    """Run, measure, write, print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--name", default="night")
    parser.add_argument("--workspace", type=Path, required=True)
    parser.add_argument("arguments", nargs="*")
    options = parser.parse_args()
    if options.workspace.exists():
        sys.exit(f"{options.workspace} is there already; a measured night starts from nothing.")
    options.output.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "steamrec", "nightly", "--workspace", str(options.workspace)]
    log = options.output / f"{options.name}.log"
    code, seconds, peaks = watched([*command, *options.arguments], log)
    if code:
        sys.exit(f"the night failed with exit code {code}; see {log}")
    figures = report(options.workspace, seconds, peaks)
    (options.output / f"{options.name}.json").write_text(json.dumps(figures, indent=2) + "\n")
    print(markdown(figures))


if __name__ == "__main__":
    main()
