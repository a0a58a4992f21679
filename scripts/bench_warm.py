"""What a warm start saves: epochs until a cold night's HR@10, on a finished night's samples.

    python scripts/bench_warm.py WORKSPACE [--model gmf] [--new-users 0.05] [--new-pairs 0.02]

"Last night" is the workspace's training rows without those of some users and without some more
pairs, all chosen at random: what came since. Tonight's rows are fitted from fresh weights and from
last night's. Prints JSON: the validation HR@10 (full catalogue) after each epoch of the three, and
the first epochs with at least the best of the cold one.
"""

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np
from bench_fit import Rows, fit, sampled_rows, table_rows

from steamrec.data.context import Context
from steamrec.models.settings import load_settings
from steamrec.training.validation import load_validation
from steamrec.training.warm_start import warmed
from steamrec.workspace import Workspace

SALT = np.uint64(0x9E3779B97F4A7C15)


def chosen(numbers: Any, share: float) -> Any:
    """bool [n]: about `share` of the numbers, the same ones at any position."""
    with np.errstate(over="ignore"):
        return (numbers.astype(np.uint64) * SALT) >> np.uint64(40) < share * 2**24


def main() -> None:
    """Train the three, print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("workspace")
    parser.add_argument("--model", default="gmf")
    parser.add_argument("--config", default="conf/steam.toml")
    parser.add_argument("--new-users", type=float, default=0.05)
    parser.add_argument("--new-pairs", type=float, default=0.02)
    options = parser.parse_args()
    settings = load_settings(options.config)
    training = settings.training(options.model)
    context = Context(settings, Workspace(options.workspace), master="local[2]")
    validation = load_validation(context)
    assert validation is not None, "the workspace's split has validation items"
    context.spark.stop()
    workspace = Path(options.workspace)
    sizes = (table_rows(workspace, "users"), table_rows(workspace, "items"))

    def tonight(epoch: int) -> Rows:
        return sampled_rows(options.workspace, epoch, training.negatives)

    def last_night(epoch: int) -> Rows:
        rows = tonight(epoch)
        pairs = rows[:, 0].astype(np.int64) << 32 | rows[:, 1]
        new = chosen(rows[:, 0], options.new_users) | chosen(pairs, options.new_pairs)
        kept: Rows = rows[~new]
        return kept

    def hit_rate(scorer: Any) -> float:
        return validation.mean("hr", scorer)

    there = ~chosen(np.arange(sizes[0]), options.new_users)
    ids = {"user": np.arange(sizes[0]).astype(object), "item": np.arange(sizes[1]).astype(object)}
    known = ids | {"user": ids["user"][there]}
    before, _, weights = fit(options.model, sizes, settings, last_night, hit_rate)
    kept = {
        name: value[there] if name.endswith("_embeddings") and "_user_" in name else value
        for name, value in weights.items()
    }
    train = settings.train.model_copy(update={"seed": training.seed + 1})
    other = settings.model_copy(update={"train": train})
    cold, _, _ = fit(options.model, sizes, other, tonight, hit_rate)

    def begin(fresh: dict[str, Any], tables: dict[str, str]) -> dict[str, Any]:
        weights = warmed(fresh, kept, known, ids, tables)
        assert weights is not None, "both nights have the same network"
        return weights

    warm, _, _ = fit(options.model, sizes, other, tonight, hit_rate, begin)
    figures = {
        "model": options.model,
        "last_night": before,
        "cold": cold,
        "warm": warm,
        "epochs_cold": 1 + cold.index(max(cold)),
        "epochs_warm": next((n + 1 for n, hr in enumerate(warm) if hr >= max(cold)), None),
    }
    print(json.dumps(figures, indent=2))


if __name__ == "__main__":
    main()
