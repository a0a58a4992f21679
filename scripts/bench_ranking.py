"""The ranking on several split seeds: popularity, EASE and the two-stage model, side by side.

    python scripts/bench_ranking.py --output FOLDER --seeds 1 2 3 -- ARGUMENTS OF THE STAGES

Every seed is a night up to its metrics in FOLDER/workspace-ranking, with a new split. The file is
read once, and what is finished there (a copy of a night's workspace) is not fitted again.
Prints a Markdown table with each model's mean over the seeds, and the difference to EASE.
"""

import argparse
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np

MODELS = ["popularity", "ease", "ranker"]
SHOWN = [("full", "ndcg"), ("full", "hr"), ("sampled", "hr")]
# Student's t at 97.5 % for 1, 2, ... degrees of freedom: the interval of a mean of few seeds.
STUDENT = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262]


def night(workspace: Path, seed: int, arguments: list[str]) -> dict[str, object]:
    """The metrics of a night whose split has `seed`."""
    settings = ["--set", f"split.seed={seed}", "--set", 'train.models=["ease", "ranker"]']
    for stage in ("ingest", "prepare", "sample", "train", "evaluate"):
        command = [sys.executable, "-m", "steamrec", stage, "--workspace", str(workspace)]
        subprocess.run([*command, *arguments, *settings], check=True)
    metrics: dict[str, object] = json.loads((workspace / "metrics.json").read_text())
    return metrics


def value(metrics: dict[str, Any], model: str, protocol: str, metric: str) -> float:
    """One figure at 10."""
    wanted = {"model": model, "protocol": protocol, "metric": metric, "k": 10}
    rows = (row for row in metrics["results"] if all(row[k] == v for k, v in wanted.items()))
    return float(next(rows)["value"])


def cell(values: list[float]) -> str:
    """The mean of the seeds' figures and its interval."""
    mean = float(np.mean(values))
    if len(values) < 2:
        return f"{mean:.4f}"
    spread = float(np.std(values, ddof=1)) / len(values) ** 0.5
    return f"{mean:.4f} ± {STUDENT[len(values) - 2] * spread:.4f}"


def markdown(found: dict[int, dict[str, Any]]) -> str:
    """The table of all seeds."""
    head = "| model | " + " | ".join(f"{p} {m.upper()}@10" for p, m in SHOWN) + " |"
    lines = [head, "|---" * (1 + len(SHOWN)) + "|"]
    for model in MODELS:
        cells = [cell([value(m, model, *shown) for m in found.values()]) for shown in SHOWN]
        lines.append(f"| {model} | " + " | ".join(cells) + " |")
    for model in ("popularity", "ranker"):
        cells = [
            cell([value(m, model, *shown) - value(m, "ease", *shown) for m in found.values()])
            for shown in SHOWN
        ]
        lines.append(f"| {model} - ease | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def main() -> None:
    """Run the nights and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("arguments", nargs="*")
    given = parser.parse_args()
    given.output.mkdir(parents=True, exist_ok=True)
    found = {}
    for seed in given.seeds:
        found[seed] = night(given.output / "workspace-ranking", seed, given.arguments)
        (given.output / "ranking.json").write_text(json.dumps(found, indent=1))
    print(markdown(found))


if __name__ == "__main__":
    main()
