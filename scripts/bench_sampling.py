"""Measure drawing negatives: the notebook's loop, the NumPy core, the stage with Spark.

    python scripts/bench_sampling.py WORKSPACE [--master URL] [--epochs N] [--times 1,2,4,8]

WORKSPACE holds a finished split (tables users, items, train, holdout); it is only read. All
draw on the same pairs in this process. "notebook_loop" is the notebook's, call by call (NumPy's
randint for one number, pairs of NumPy numbers); "plain_loop" is the fastest that a loop of that
kind gets in Python. Then the stage draws one epoch for copies of the users, to show that a
negative costs the same. Prints one JSON line.
"""

import argparse
import json
import random
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq

from steamrec.data import tables
from steamrec.data.context import Context
from steamrec.data.user_batches import Pairs, UserBatch
from steamrec.models.settings import load_settings
from steamrec.pipeline import declarations
from steamrec.pipeline.runner import run_stage
from steamrec.pipeline.stages import sample
from steamrec.sampling.negatives import train_negatives
from steamrec.workspace import Receipt, Workspace
from steamrec.workspace.receipts import Basis

NEGATIVES = 4


def pairs(source: Path, name: str) -> Pairs:
    """The (user, item) pairs of a table; of train those to fit on."""
    filters = [("validation", "=", False)] if name == "train" else None
    table = pq.read_table(source / name, columns=["user", "item"], filters=filters)
    return Pairs.of(*(table[column].to_numpy() for column in ("user", "item")))


def notebook_loop_rate(owned: Pairs, fitted: Pairs, items: int, positives: int = 200_000) -> float:
    """Negatives a second of the notebook's loop: draw an item, again while the user owns it."""
    known = set(zip(owned.users, owned.items, strict=True))
    rows = zip(fitted.users[:positives], fitted.items[:positives], strict=True)
    users, drawn = [], []
    start = time.perf_counter()
    for user, _item in rows:
        for _ in range(NEGATIVES):
            negative = np.random.randint(items)
            while (user, negative) in known:
                negative = np.random.randint(items)
            users.append(user)
            drawn.append(negative)
    return len(drawn) / (time.perf_counter() - start)


def plain_loop_rate(owned: Pairs, fitted: Pairs, items: int, positives: int = 400_000) -> float:
    """The same with Python's own numbers and its own generator."""
    known = set(zip(owned.users.tolist(), owned.items.tolist(), strict=True))
    some = (fitted.users[:positives].tolist(), fitted.items[:positives].tolist())
    rows = list(zip(*some, strict=True))
    users, drawn = [], []
    start = time.perf_counter()
    for user, _item in rows:
        for _ in range(NEGATIVES):
            negative = random.randrange(items)
            while (user, negative) in known:
                negative = random.randrange(items)
            users.append(user)
            drawn.append(negative)
    return len(drawn) / (time.perf_counter() - start)


def core_rate(owned: Pairs, fitted: Pairs, items: int) -> float:
    """Negatives a second of the NumPy core, in one thread, over all users."""
    batches = []
    numbers, fitted_numbers = (part.users // sample.USERS_PER_BATCH for part in (owned, fitted))
    for number in np.unique(numbers).tolist():
        batch = UserBatch.of(number, owned.where(numbers == number))
        positives = UserBatch.of(number, fitted.where(fitted_numbers == number))
        counts = np.zeros(len(batch.users), np.int64)
        counts[np.searchsorted(batch.users, positives.users)] = np.diff(positives.indptr)
        batches.append((batch, counts))
    start = time.perf_counter()
    drawn = sum(train_negatives(*batch, NEGATIVES, items, 1, 0).size for batch in batches)
    return drawn / (time.perf_counter() - start)


def stage_rate(context: Context, source: Path, copies: int) -> tuple[float, float]:
    """Negatives a second and seconds of the sample stage for `copies` times the users."""
    context.workspace.remove("negatives")
    for name in ("users", "items", "train", "holdout"):
        frame = context.spark.read.parquet(str(source / name))
        if name != "items" and copies > 1:
            users = len(pq.read_table(source / "users", columns=["user"]))
            copy = context.spark.range(copies).withColumnRenamed("id", "copy")
            frame = frame.crossJoin(copy).withColumn("user", (frame.user + copy["copy"] * users))
        context.write(frame, getattr(tables, name.upper()))
    for stage in ("prepare", "split"):
        done = Receipt(stage, Basis(), {stage: {"content_hash": str(copies)}}, {})
        done.save(context.workspace)
    start = time.perf_counter()
    counts = run_stage(declarations.SAMPLE, context).counts
    seconds = time.perf_counter() - start
    drawn = counts["epochs"] * counts["rows_per_epoch"] * NEGATIVES
    return drawn / seconds, seconds


def measure(source: Path, master: str, epochs: int, times: list[int]) -> dict[str, Any]:
    """All figures, rates in negatives a second."""
    items = len(pq.read_table(source / "items", columns=["item"]))
    fitted = pairs(source, "train")
    owned = pairs(source, "interactions")
    figures: dict[str, Any] = {"bench": "sampling", "training_pairs": len(fitted)}
    figures["notebook_loop"] = round(notebook_loop_rate(owned, fitted, items))
    figures["plain_loop"] = round(plain_loop_rate(owned, fitted, items))
    figures["numpy_core"] = round(core_rate(owned, fitted, items))

    with tempfile.TemporaryDirectory(prefix="steamrec-bench-") as folder:

        def context(epochs: int) -> Context:
            settings = load_settings(None, [f"train.epochs={epochs}"])
            return Context(settings, Workspace(folder), master=master, fresh=True)

        night = context(epochs)
        night.spark.range(1).count()
        rate, seconds = stage_rate(night, source, 1)
        figures |= {"epochs": epochs, "stage": round(rate), "stage_seconds": round(seconds, 1)}
        figures["times_users"] = {}
        for copies in times:
            rate, seconds = stage_rate(context(1), source, copies)
            figures["times_users"][copies] = {"rate": round(rate), "seconds": round(seconds, 1)}
        night.spark.stop()
    for part in ("numpy_core", "stage"):
        for loop in ("notebook_loop", "plain_loop"):
            figures[f"{part}_against_{loop}"] = round(figures[part] / figures[loop], 1)
    return figures


def main() -> None:
    """Read the arguments, measure, print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("workspace", type=Path, help="a workspace with a finished split")
    parser.add_argument("--master", default="local[2]", help="Spark's master URL")
    parser.add_argument("--epochs", type=int, default=8)
    parser.add_argument("--times", default="1,2,4,8", help="copies of the users; '' for none")
    arguments = parser.parse_args()
    times = [int(copies) for copies in arguments.times.split(",") if copies]
    print(json.dumps(measure(arguments.workspace, arguments.master, arguments.epochs, times)))


if __name__ == "__main__":
    main()
