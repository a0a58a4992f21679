"""Run the small night of run.sh and say where its time goes: seconds, Spark jobs and tasks a stage.

    python scripts/bench_small.py --output FOLDER [--users N] [--command COMMAND] -- [ARGUMENTS]

The workspace, Spark's event log and small.json go to FOLDER. The clock depends on what else the
machine does; the jobs, the tasks and the processor's time (of the driver, the JVM and the Python
workers) hardly do.
"""

import argparse
import contextlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

import psutil

ROOT = Path(__file__).parents[1]


def jobs_and_tasks(log: Path) -> dict[str, dict[str, float]]:
    """Spark's jobs, tasks and seconds of tasks by stage of the night, from its event log."""
    found: dict[str, dict[str, float]] = defaultdict(lambda: dict.fromkeys(KINDS, 0))
    stages: dict[int, str] = {}
    for file in sorted(log.rglob("events_*")):
        for line in file.read_text().splitlines():
            event = json.loads(line)
            if event["Event"] == "SparkListenerJobStart":
                name = (event.get("Properties") or {}).get("spark.job.description", "none")
                found[name]["jobs"] += 1
                stages |= dict.fromkeys(event["Stage IDs"], name)
            elif event["Event"] == "SparkListenerTaskEnd":
                row = found[stages[event["Stage ID"]]]
                row["tasks"] += 1
                info = event["Task Info"]
                row["task_seconds"] += (info["Finish Time"] - info["Launch Time"]) / 1000
    return dict(found)


KINDS = ("jobs", "tasks", "task_seconds")


def _watched(command: list[Any], log: Path, conf: Path) -> tuple[float, float, dict[str, float]]:
    """Run the command; its seconds, those to its first line, and the processor's by process."""
    used: dict[int, tuple[str, float]] = {}
    start, first = time.perf_counter(), 0.0
    with log.open("wb") as file:
        environment = os.environ | {"SPARK_CONF_DIR": str(conf)}
        process = subprocess.Popen(command, stderr=file, env=environment)
        root = psutil.Process(process.pid)
        while process.poll() is None:
            first = first or (time.perf_counter() - start) * (log.stat().st_size > 0)
            with contextlib.suppress(psutil.Error):
                for one in [root, *root.children(recursive=True)]:
                    times = one.cpu_times()
                    kind = "driver" if one == root else "JVM" if "java" in one.name() else "workers"
                    used[one.pid] = (kind, times.user + times.system)
            time.sleep(0.2)
    if process.returncode:
        sys.exit(f"the night failed; see {log}")
    processor: dict[str, float] = defaultdict(float)
    for kind, value in used.values():
        processor[kind] += value
    return time.perf_counter() - start, first, dict(processor)


def run(options: argparse.Namespace) -> dict[str, Any]:
    """Run the command in a workspace of its own; returns its figures."""
    folder = options.output
    shutil.rmtree(folder / "small", ignore_errors=True)
    workspace, conf, log = (folder / "small" / name for name in ("workspace", "conf", "events"))
    log.mkdir(parents=True)
    shutil.copytree(ROOT / "conf", conf)
    with (conf / "spark-defaults.conf").open("a") as file:
        print("spark.eventLog.enabled true\nspark.eventLog.compress false", file=file)
        print(f"spark.eventLog.dir file://{log.resolve()}", file=file)
    raw, items = folder / f"raw-{options.users}.json.gz", folder / f"items-{options.users}.json.gz"
    steamrec = [sys.executable, "-m", "steamrec"]
    if not raw.exists():
        made = ["--users", str(options.users), "--output", raw, "--items-output", items]
        subprocess.run([*steamrec, "generate", *made], check=True)
    given = ["--config", ROOT / "conf/sample.toml", "--workspace", workspace]
    given += ["--set", f"input.path={raw}", "--set", f"input.items_path={items}"]
    command = [*steamrec, options.command, *given, *options.arguments]
    seconds, first, processor = _watched(command, folder / "small.log", conf)
    receipts = [json.loads(file.read_text()) for file in (workspace / "receipts").rglob("*.json")]
    receipts.sort(key=lambda receipt: receipt["finished"])
    spark = jobs_and_tasks(log)
    rows = {
        name: {"seconds": seconds, **spark.get(name, dict.fromkeys(KINDS, 0))}
        for name, seconds in [(one["stage"], one["seconds"]) for one in receipts]
    }
    rows |= {name: {"seconds": 0.0, **row} for name, row in spark.items() if name not in rows}
    return {
        "seconds": round(seconds, 1),
        "first_line_seconds": round(first, 1),
        "processor_seconds": {kind: round(value, 1) for kind, value in processor.items()},
        "stages": rows,
    }


def main() -> None:
    """Run, write, print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--users", type=int, default=3000)
    parser.add_argument("--command", default="nightly")
    parser.add_argument("arguments", nargs="*")
    options = parser.parse_args()
    options.output.mkdir(parents=True, exist_ok=True)
    figures = run(options)
    (options.output / "small.json").write_text(json.dumps(figures, indent=2) + "\n")
    print("| stage | seconds | Spark jobs | tasks | seconds of tasks |\n|---|---|---|---|---|")
    rows = figures["stages"]
    total = {kind: sum(row[kind] for row in rows.values()) for kind in ("seconds", *KINDS)}
    total["seconds"] = figures["seconds"]
    for name, row in [*rows.items(), ("all", total)]:
        print(
            f"| {name} | {row['seconds']:.1f} | {row['jobs']:.0f} | {row['tasks']:.0f} | "
            f"{row['task_seconds']:.1f} |"
        )
    processor = ", ".join(f"{kind} {used} s" for kind, used in figures["processor_seconds"].items())
    print(f"\nFirst line after {figures['first_line_seconds']} s. Processor time: {processor}.")


if __name__ == "__main__":
    main()
