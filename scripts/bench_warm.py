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
import pyarrow.parquet as pq

from steamrec.models.artifact import Artifact
from steamrec.models.registry import make_scorer
from steamrec.settings import load_settings
from steamrec.stage import Context
from steamrec.training.loop import Trainer
from steamrec.training.networks import build_network, scorer_arrays
from steamrec.training.replicas import make_strategy
from steamrec.training.tensorflow_quiet import tf
from steamrec.training.validation import load_validation
from steamrec.training.warm import warmed
from steamrec.workspace import Workspace

SALT = np.uint64(0x9E3779B97F4A7C15)


def came_since(rows: np.ndarray[Any, Any], new_users: float, new_pairs: float) -> Any:
    """bool [n]: the rows of new users and of new pairs, the same ones in each epoch."""
    pair = rows[:, 0].astype(np.uint64) << np.uint64(32) | rows[:, 1].astype(np.uint64)
    with np.errstate(over="ignore"):
        of_user = (rows[:, 0].astype(np.uint64) * SALT) >> np.uint64(40)
        of_pair = (pair * SALT) >> np.uint64(40)
    return (of_user < new_users * 2**24) | (of_pair < new_pairs * 2**24)


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
    network = settings.network(options.model)
    context = Context(settings, Workspace(options.workspace), master="local[2]")
    validation = load_validation(context)
    assert validation is not None, "the workspace's split has validation items"
    context.spark.stop()
    metrics = json.loads(Path(options.workspace, "metrics.json").read_text())
    users, items = metrics["users"], metrics["items"]
    columns = ["user", "item", *(f"negative_{n}" for n in range(network["negatives"]))]
    batch = network["batch_size"] // (1 + network["negatives"])

    def rows_of(epoch: int) -> np.ndarray[Any, Any]:
        table = pq.read_table(
            f"{options.workspace}/negatives/train/epoch={epoch}", columns=columns, partitioning=None
        )
        return np.column_stack([table[name].to_numpy() for name in columns])

    def train(seed: int, start: Any, last_night: bool) -> tuple[list[float], Any]:
        first = rows_of(0)
        kept = ~came_since(first, options.new_users, options.new_pairs) if last_night else None
        steps = (len(first) if kept is None else int(kept.sum())) // batch
        trainer = Trainer(
            lambda: build_network(options.model, users, items, network | {"seed": seed}),
            make_strategy(1),
            network["learning_rate"],
            steps * network["epochs"],
            batch=network["batch_size"],
        )
        if start is not None:
            trainer.set_weights(start(trainer.weights()))
        curve = []
        for epoch in range(network["epochs"]):
            rows = rows_of(epoch)
            if last_night:
                rows = rows[~came_since(rows, options.new_users, options.new_pairs)]
            data = tf.data.Dataset.from_tensor_slices((rows[:, 0], rows[:, 1:]))
            trainer.epoch(
                data.batch(batch, drop_remainder=True).prefetch(4), steps, lambda *_: None
            )
            arrays = scorer_arrays(options.model, trainer.model)
            artifact = Artifact(options.model, arrays, users, items, network, [])
            curve.append(round(validation.mean("hr", make_scorer(artifact)), 4))
        return curve, trainer.weights()

    ids = {"user": np.arange(users).astype(str), "item": np.arange(items).astype(str)}
    there = ~came_since(
        np.column_stack([np.arange(users), np.zeros(users, int)]), options.new_users, 0
    )
    known = ids | {"user": ids["user"][there]}
    before, weights = train(1, None, True)
    kept = {
        name: value[there] if name.endswith("_embeddings") and "_user_" in name else value
        for name, value in weights.items()
    }
    cold, _ = train(2, None, False)
    warm, _ = train(2, lambda fresh: warmed(fresh, kept, known, ids), False)
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
