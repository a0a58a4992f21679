"""The one loop over epochs: train, check, validate, keep the best, save, stop early."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from steamrec.data.context import Context
from steamrec.scoring.artifact import Arrays
from steamrec.training.checkpoint import (
    Checkpoint,
    load_checkpoint,
    remove_checkpoint,
    save_checkpoint,
)
from steamrec.training.finite import refuse_non_finite
from steamrec.training.progress import Progress
from steamrec.training.tensorboard import write_scalars
from steamrec.training.trained_network import TrainedNetwork

log = logging.getLogger(__name__)
METRIC = "validation_ndcg"


@dataclass(frozen=True)
class Training:
    """One network's training.

    name: the model's.
    network: what is trained.
    train: trains one epoch, given its number and a function that takes the finished rows and the
        recent loss; returns the mean loss.
    epochs: their number. rows: those of an epoch.
    arrays: returns the scorer's arrays of the network's current weights.
    validate: returns the validation metric of such arrays; None without validation items.
    patience: epochs in a row without a better metric after which training stops; 0 for never.
    start: called before the first epoch of a training that is not resumed.
    key: what the training depends on (checkpoint_key.py); without it nothing is saved or resumed.
    advice: what to do when the training diverges.
    """

    name: str
    network: TrainedNetwork
    train: Callable[[int, Callable[[int, float], None]], float]
    epochs: int
    rows: int
    arrays: Callable[[], Arrays]
    validate: Callable[[Arrays], float] | None = None
    patience: int = 0
    start: Callable[[], None] = lambda: None
    key: str = ""
    advice: str = "lower train.learning_rate"


def run_epochs(context: Context, training: Training) -> Checkpoint:
    """Train to the end; returns the curve and the arrays of the best epoch.

    A run that was killed goes on after its last finished epoch, unless the context is `fresh`.
    Raises NumericalError when the loss, the metric or the network's state is not finite; the last
    checkpoint is then that of the epoch before.
    """
    checkpoint = _opened(context, training)
    while not _finished(checkpoint, training):
        _run_epoch(training, checkpoint)
        entry = checkpoint.curve[-1]
        log.info("train/%s: %s", training.name, _line(entry))
        if training.key:
            # First, so that no finished epoch lacks its figures; an epoch run again repeats them.
            write_scalars(context.workspace, training.name, entry)
            save_checkpoint(context.workspace, training.name, checkpoint)
    if training.key:
        remove_checkpoint(context.workspace, training.name)
    return checkpoint


def best_epoch(curve: list[dict[str, float]]) -> int:
    """The epoch with the best validation metric (the earliest of equals), or the last.

    A metric that is not a number is never the best.
    """
    if METRIC not in curve[-1]:
        return len(curve) - 1
    metrics = [entry[METRIC] for entry in curve]
    return int(np.argmax(np.nan_to_num(metrics, nan=-np.inf)))


def _opened(context: Context, training: Training) -> Checkpoint:
    checkpoint = Checkpoint(training.key)
    if training.key and context.fresh:
        remove_checkpoint(context.workspace, training.name)
    elif training.key:
        checkpoint = load_checkpoint(context.workspace, training.name, training.key)
    if checkpoint.curve:
        training.network.restore(checkpoint.state)
        log.info("train/%s: continuing after epoch %d", training.name, len(checkpoint.curve))
    else:
        training.start()
    return checkpoint


def _run_epoch(training: Training, checkpoint: Checkpoint) -> None:
    """Train and check one more epoch; `checkpoint` is changed only when it is sound."""
    epoch = len(checkpoint.curve)
    start = time.perf_counter()
    with Progress(training.name, epoch, training.rows) as progress:
        loss = training.train(epoch, progress.update)
    seconds = time.perf_counter() - start
    checked = {"the loss": np.array(loss)} | training.network.named_state()
    refuse_non_finite(checked, training.name, training.advice, epoch)
    arrays = training.arrays()
    entry = {"epoch": epoch, "loss": loss, "seconds": round(seconds, 2)}
    entry["rows_per_second"] = round(training.rows / seconds)
    if training.validate:
        entry[METRIC] = training.validate(arrays)
        metric = {"the validation metric": np.array(entry[METRIC])}
        refuse_non_finite(metric, training.name, training.advice, epoch)
    checkpoint.curve.append(entry)
    if best_epoch(checkpoint.curve) == epoch:
        checkpoint.best = arrays
    checkpoint.state = training.network.state()


def _finished(checkpoint: Checkpoint, training: Training) -> bool:
    done = len(checkpoint.curve)
    if done >= training.epochs:
        return True
    waited = done - 1 - best_epoch(checkpoint.curve) if done else 0
    return bool(training.patience and waited >= training.patience)


def _line(entry: dict[str, float]) -> str:
    line = f"epoch {entry['epoch']:.0f}: loss {entry['loss']:.4f}, {entry['seconds']:.1f} s, "
    line += f"{entry['rows_per_second'] / 1e6:.2f} M rows/s"
    if METRIC in entry:
        line += f", validation NDCG@10 {entry[METRIC]:.4f}"
    return line
