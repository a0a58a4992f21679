"""Nights of 1, 2, 4 and 8 times the real number of users: seconds a stage, memory a process.

    python scripts/bench_scale.py --output FOLDER [--times 1,2,4,8] [--master URL]

The users are made by `steamrec generate`, with the real file's sizes and, from 88,310 users on, its
number of items. A night fits GMF for one epoch. Writes FOLDER/scale.json after each size and prints
Markdown: microseconds an interaction by stage, and how they grew from the smallest size.
"""

import argparse
import json
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from bench_night import watched

from steamrec.synthetic.catalogue import REAL_USERS

SETTINGS = ('train.models=["gmf"]', "train.epochs=1", "evaluate.bootstrap=100")


def night(folder: Path, users: int, master: str) -> dict[str, Any]:
    """The figures of one night of `users` synthetic users; its files are removed."""
    raw, workspace = folder / "made.json.gz", folder / "workspace"
    steamrec = [sys.executable, "-m", "steamrec"]
    start = time.perf_counter()
    made = ["generate", "--users", str(users), "--output", str(raw)]
    subprocess.run([*steamrec, *made], check=True, stdout=subprocess.DEVNULL)
    generated = time.perf_counter() - start
    chosen = [f"--set={setting}" for setting in (*SETTINGS, f"input.path={raw}")]
    command = [*steamrec, "nightly", "--workspace", str(workspace), "--master", master, *chosen]
    log = folder / f"users-{users}.log"
    code, seconds, peaks = watched(command, log)
    if code:
        sys.exit(f"the night of {users:,} users failed with exit code {code}; see {log}")
    receipts = {
        path.relative_to(workspace / "receipts").with_suffix("").as_posix(): json.loads(
            path.read_text()
        )
        for path in (workspace / "receipts").rglob("*.json")
    }
    figures = {
        "users": users,
        "interactions": receipts["prepare"]["counts"]["interactions"],
        "generate_seconds": round(generated, 1),
        "seconds": round(seconds, 1),
        "stages": {name: receipt["seconds"] for name, receipt in receipts.items()},
        "peak_gib": peaks,
    }
    shutil.rmtree(workspace)
    raw.unlink()
    return figures


def markdown(nights: list[dict[str, Any]]) -> str:
    """The nights side by side: microseconds an interaction, growth, seconds, memory."""
    first, last = nights[0], nights[-1]

    def cost(one: dict[str, Any], seconds: float) -> float:
        return 1e6 * seconds / float(one["interactions"])

    heads = [f"{one['users']:,} users" for one in nights]
    rows = [
        f"| µs an interaction | {' | '.join(heads)} | growth |",
        "|---" * (len(nights) + 2) + "|",
    ]
    by_time = sorted(last["stages"], key=lambda name: -last["stages"][name])
    for name in [*by_time, "all"]:
        costs = [cost(one, one["stages"].get(name, one["seconds"])) for one in nights]
        cells = " | ".join(f"{value:.2f}" for value in costs)
        rows.append(f"| {name} | {cells} | {costs[-1] / costs[0]:.2f} |")
    for name in ("interactions", "seconds", "generate_seconds"):
        cells = " | ".join(f"{one[name]:,}" for one in nights)
        rows.append(f"| {name.replace('_', ' ')} | {cells} | {last[name] / first[name]:.2f} |")
    for kind in first["peak_gib"]:
        cells = " | ".join(f"{one['peak_gib'][kind]}" for one in nights)
        growth = last["peak_gib"][kind] / first["peak_gib"][kind]
        rows.append(f"| GiB, {kind} | {cells} | {growth:.2f} |")
    return "\n".join(rows)


def main() -> None:
    """Run the nights, write, print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--times", default="1,2,4,8", help="multiples of the real number of users")
    parser.add_argument("--master", default="local[2]", help="Spark's master URL")
    arguments = parser.parse_args()
    folder = arguments.output / "scale"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    nights: list[dict[str, Any]] = []
    for times in arguments.times.split(","):
        nights.append(night(folder, round(float(times) * REAL_USERS), arguments.master))
        (arguments.output / "scale.json").write_text(json.dumps(nights, indent=2) + "\n")
        print(json.dumps(nights[-1]), file=sys.stderr)
    print(markdown(nights))


if __name__ == "__main__":
    main()
