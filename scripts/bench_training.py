"""Measure training on a finished workspace: the stream, the loop, and the notebook's loop.

    python scripts/bench_training.py WORKSPACE [--rows N] [--notebook-steps N]

Prints rows a second (a row is one user-item pair) and their ratios as JSON: the stream alone,
each network from the stream and from arrays in memory, and the notebook's loop written small (its
network in tf.compat.v1, a feed_dict of 256 rows a step, Adam) with as many users as the notebook
has, which is to its advantage: its Adam walks over the whole tables in each step. "all_in" adds
the drawing of the negatives: the sample stage's seconds an epoch (from its receipt), and the
notebook's Python loop.
"""

import argparse
import json
import time
from pathlib import Path
from typing import Any

import numpy as np
from bench_fit import table_rows
from bench_sampling import notebook_loop_rate, pairs

from steamrec.models.ncf.registry import find_network
from steamrec.models.settings import load_settings
from steamrec.training.replicas import make_strategy
from steamrec.training.stream import EpochStream
from steamrec.training.tensorflow_quiet import tf
from steamrec.training.trainer import Trainer

BATCH = 32_768
# Of which the best counts: other work on the machine only slows. An epoch of GMF takes 2 seconds.
ROUNDS = {"gmf": 8, "neumf": 3}
NOTEBOOK_USERS = 5_451  # those with more than 188 items


def stream_rate(url: str, negatives: int) -> float:
    """Pairs a second that the stream delivers."""
    start, pairs = time.perf_counter(), 0
    with EpochStream(negatives, BATCH // (1 + negatives)).epoch(url) as batches:
        for _, items in batches:
            pairs += int(items.shape[0]) * int(items.shape[1])
    return pairs / (time.perf_counter() - start)


def rates(name: str, url: str, sizes: tuple[int, int], most: int) -> dict[str, float]:
    """Pairs a second of network `name` from the stream and from arrays, rounds in turn."""
    settings, build = load_settings(None), find_network(name).build
    negatives, section = settings.training(name).negatives, getattr(settings.train, name)
    trainer = Trainer(lambda: build(*sizes, section, 1), make_strategy(1), 0.006, batch=BATCH)
    positives = BATCH // (1 + negatives)
    opened = EpochStream(negatives, positives)
    with opened.epoch(url) as batches:
        held = list(batches.take(max(2, most // BATCH)))
    held = [batch for batch in held if len(batch[0]) == positives]
    users, items = (np.stack([batch[part] for batch in held]) for part in (0, 1))
    options = tf.data.Options()
    options.autotune.enabled = False  # as in the stream
    memory = tf.data.Dataset.from_tensor_slices((users, items)).prefetch(4).with_options(options)
    trainer.epoch(memory, 1, lambda step, loss: None)
    best = {"arrays": 0.0, "stream": 0.0}
    for _ in range(ROUNDS[name]):
        for source in best:
            start = time.perf_counter()
            if source == "arrays":
                trainer.epoch(memory, len(held), lambda step, loss: None)
            else:
                with opened.epoch(url) as batches:
                    trainer.epoch(batches, len(held), lambda step, loss: None)
            rate = len(held) * positives * (1 + negatives) / (time.perf_counter() - start)
            best[source] = max(best[source], rate)
    return best


def notebook_rate(name: str, sizes: tuple[int, int], steps: int) -> float:
    """Pairs a second of the notebook's training loop: "gmf" or "neumf", 256 rows a feed."""
    v1 = tf.compat.v1
    rng = np.random.default_rng(0)
    count = steps * 256
    users = rng.integers(0, sizes[0], count).astype(np.int32)
    items = rng.integers(0, sizes[1], count).astype(np.int32)
    labels = (rng.random(count) < 0.2).astype(np.float32)
    with tf.Graph().as_default(), v1.Session() as session:
        user, item = (v1.placeholder(tf.int32, (None,)) for _ in range(2))
        label = v1.placeholder(tf.float32, (None,))

        def embed(size: int, width: int, ids: Any, label: str) -> Any:
            table = v1.get_variable(
                label, (size, width), initializer=v1.random_normal_initializer()
            )
            return tf.nn.embedding_lookup(table, ids)

        def dense(inputs: Any, units: int, label: str) -> Any:
            kernel = v1.get_variable(f"{label}_kernel", (inputs.shape[1], units))
            return tf.matmul(inputs, kernel) + v1.get_variable(f"{label}_bias", (units,))

        joined = embed(sizes[0], 8, user, "gmf_user") * embed(sizes[1], 8, item, "gmf_item")
        if name == "neumf":
            parts = [embed(sizes[0], 32, user, "mlp_user"), embed(sizes[1], 32, item, "mlp_item")]
            tower = tf.concat(parts, 1)
            for number, units in enumerate((64, 32, 16, 8)):
                tower = tf.nn.relu(dense(tower, units, f"hidden_{number}"))
            joined = tf.concat([joined, tower], 1)
        logits = dense(joined, 1, "output")[:, 0]
        entropy = tf.nn.sigmoid_cross_entropy_with_logits(label, logits)
        loss = tf.reduce_mean(entropy)
        step = v1.train.AdamOptimizer(0.001).minimize(loss)
        session.run(v1.global_variables_initializer())
        start = 0.0
        for number in range(steps):
            if number == steps // 5:  # the first ones warm up
                start = time.perf_counter()
            part = slice(256 * number, 256 * (number + 1))
            feed = {user: users[part], item: items[part], label: labels[part]}
            session.run([step, loss], feed)
        return (steps - steps // 5) * 256 / (time.perf_counter() - start)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("workspace", type=Path)
    parser.add_argument(
        "--rows", type=int, default=30_000_000, help="at most; the epoch has 25 million"
    )
    parser.add_argument("--notebook-steps", type=int, default=4_000)
    options = parser.parse_args()
    workspace = options.workspace
    url = f"file://{(workspace / 'negatives/train/epoch=0').resolve()}"
    sampled = json.loads((workspace / "receipts/sample.json").read_text())
    sizes = (table_rows(workspace, "users"), table_rows(workspace, "items"))
    negatives = load_settings(None).sampling.train_negatives
    drawing = sampled["seconds"] / sampled["counts"]["epochs"]
    rows = sampled["counts"]["rows_per_epoch"] * (1 + negatives)
    loop = notebook_loop_rate(pairs(workspace, "interactions"), pairs(workspace, "train"), sizes[1])
    figures: dict[str, Any] = {
        "stream": round(stream_rate(url, negatives)),
        "sampling_seconds_an_epoch": round(drawing, 1),
        "notebook_sampling_loop": round(loop),
    }
    for name in ("gmf", "neumf"):
        own = rates(name, url, sizes, options.rows)
        notebook = notebook_rate(name, (NOTEBOOK_USERS, sizes[1]), options.notebook_steps)
        all_in = rows / (rows / own["stream"] + drawing)
        notebook_all_in = 1 / (1 / notebook + negatives / (1 + negatives) / loop)
        figures[name] = {source: round(rate) for source, rate in own.items()} | {
            "notebook": round(notebook),
            "stream_to_arrays": round(own["stream"] / own["arrays"], 3),
            "times_the_notebook": round(own["stream"] / notebook, 1),
            "all_in": round(all_in),
            "notebook_all_in": round(notebook_all_in),
            "all_in_times_the_notebook": round(all_in / notebook_all_in, 1),
        }
    print(json.dumps(figures, indent=2))


if __name__ == "__main__":
    main()
