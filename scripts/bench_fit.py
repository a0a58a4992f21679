"""Fitting a network on a finished night's samples from arrays in memory, for the benches."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq

from steamrec.models.ncf.registry import find_network
from steamrec.models.registry import make_scorer
from steamrec.scoring.artifact import Artifact
from steamrec.scoring.scorer import Scorer
from steamrec.settings import Settings
from steamrec.training.fit import make_trainer
from steamrec.training.tensorflow_quiet import tf

Rows = np.ndarray[Any, np.dtype[np.int32]]


def table_rows(workspace: Path, name: str) -> int:
    """How many rows a table has."""
    return sum(pq.read_metadata(part).num_rows for part in (workspace / name).glob("*.parquet"))


def sampled_rows(workspace: str, epoch: int, negatives: int) -> Rows:
    """int32 [n, 2 + negatives]: the rows of an epoch."""
    columns = ["user", "item", *(f"negative_{number}" for number in range(negatives))]
    folder = f"{workspace}/negatives/train/epoch={epoch}"
    table = pq.read_table(folder, columns=columns, partitioning=None)
    return np.column_stack([table[name].to_numpy() for name in columns])


def fit(
    name: str,
    sizes: tuple[int, int],
    settings: Settings,
    rows: Callable[[int], Rows],
    measure: Callable[[Scorer], float],
    start: Callable[[dict[str, Any], dict[str, str]], dict[str, Any]] | None = None,
) -> tuple[list[float], list[float], dict[str, Any]]:
    """Train on rows(epoch), epoch after epoch; `start` turns the fresh weights, given with
    the tables among them (Trainer.tables), into the first.

    Returns what `measure` says of the scorer after each epoch, the seconds of training until then
    (compiling left out, measuring too), and the last weights.
    """
    network, training = find_network(name), settings.training(name)
    section, record = getattr(settings.train, name), settings.network(name)
    batch = training.positives
    steps = len(rows(0)) // batch
    trainer = make_trainer(network, sizes, section, training, steps)
    first, state = trainer.weights(), trainer.state()
    options = tf.data.Options()
    options.autotune.enabled = False

    def batches(found: Rows) -> Any:
        data = tf.data.Dataset.from_tensor_slices((found[:, 0], found[:, 1:]))
        return data.batch(batch, drop_remainder=True).prefetch(4).with_options(options)

    trainer.epoch(batches(rows(0)[: 2 * batch]), 2, lambda *_: None)  # compiles
    trainer.restore(state)
    if start is not None:
        trainer.set_weights(start(first, trainer.tables()))
    curve, seconds, spent = [], [], 0.0
    for epoch in range(training.epochs):
        data = batches(rows(epoch))
        begun = time.perf_counter()
        trainer.epoch(data, steps, lambda *_: None)
        spent += time.perf_counter() - begun
        arrays = network.scorer_arrays(trainer.weights())
        curve.append(round(measure(make_scorer(Artifact(name, arrays, *sizes, record, []))), 4))
        seconds.append(round(spent, 1))
    return curve, seconds, trainer.weights()
