"""Time to the notebook's quality, on a finished night of conf/notebook-large-batch.toml.

    python scripts/bench_quality.py WORKSPACE [--model gmf]

Trains the notebook's way (conf/notebook.toml: 256 rows a step, 20 epochs) and with large batches
(conf/notebook-large-batch.toml) on the same samples, and measures the sampled HR@10 of the held-out
items after each epoch. Prints JSON: the notebook's HR@10 after its 20 epochs, the seconds in which
large batches pass it, and the seconds that the notebook's own training loop takes for its epochs
(its rate over some thousand steps, times its rows).
"""

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
from bench_fit import Rows, fit, sampled_rows, table_rows
from bench_sampling import pairs
from bench_training import notebook_rate

from steamrec.data.user_batches import UserBatch
from steamrec.models.settings import load_settings
from steamrec.scoring.ranks import sampled_ranks

USERS_PER_BATCH = 512


def test_items(workspace: Path) -> list[tuple[Any, ...]]:
    """User batches with the arguments of sampled_ranks that follow the scores."""
    fitted = pairs(workspace, "train")
    held = pq.read_table(workspace / "holdout").to_pandas().sort_values("user")
    drawn = pq.read_table(workspace / "negatives/eval").to_pandas().set_index("user")["items"]
    batches = []
    for start in range(0, len(held), USERS_PER_BATCH):
        part = held.iloc[start : start + USERS_PER_BATCH]
        batch = UserBatch.of(start, fitted.of_users(part["user"].to_numpy()))
        part = part[part["user"].isin(batch.users)]
        negatives = [drawn[user] for user in part["user"]]
        indptr = np.cumsum([0, *map(len, negatives)])
        rows = np.searchsorted(batch.users, part["user"]).astype(np.int32)
        targets = part["item"].to_numpy(np.int32)
        batches.append((batch, rows, targets, indptr, np.concatenate(negatives)))
    return batches


def main() -> None:
    """Train both ways, time the notebook's loop, print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("workspace", type=Path)
    parser.add_argument("--model", default="gmf", choices=("gmf", "neumf"))
    options = parser.parse_args()
    sizes = (table_rows(options.workspace, "users"), table_rows(options.workspace, "items"))
    batches = test_items(options.workspace)

    def hit_rate(scorer: Any) -> float:
        ranks = [sampled_ranks(scorer.scores(batch), *rest)[0] for batch, *rest in batches]
        return float((np.concatenate(ranks) <= 10).mean())

    def train(config: str) -> tuple[list[float], list[float], int]:
        settings = load_settings(config)
        training = settings.training(options.model)

        def rows(epoch: int) -> Rows:
            return sampled_rows(str(options.workspace), epoch, training.negatives)

        curve, seconds, _ = fit(options.model, sizes, settings, rows, hit_rate)
        return curve, seconds, len(rows(0)) * (1 + training.negatives) * training.epochs

    large, seconds, _ = train("conf/notebook-large-batch.toml")
    small, small_seconds, rows = train("conf/notebook.toml")
    rate = notebook_rate(options.model, sizes, 4_000)
    passed = next((s for hr, s in zip(large, seconds, strict=True) if hr >= small[-1]), None)
    figures = {
        "model": options.model,
        "notebook_settings": small,
        "large_batches": large,
        "seconds_at_256_rows_a_step": small_seconds[-1],
        "seconds_to_pass": passed,
        "notebook_loop_seconds": round(rows / rate),
        "times_shorter": passed and round(rows / rate / passed, 1),
    }
    print(json.dumps(figures, indent=2))


if __name__ == "__main__":
    main()
