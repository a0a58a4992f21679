"""Fitting one network: epochs from the workspace, best epoch kept, resumed where it stopped."""

import logging
import math
import time
from typing import Any

from steamrec import tables
from steamrec.models.artifact import Artifact
from steamrec.models.registry import make_scorer
from steamrec.stage import Context
from steamrec.training.checkpoint import (
    Checkpoint,
    load_checkpoint,
    remove_checkpoint,
    save_checkpoint,
)
from steamrec.training.loop import Trainer
from steamrec.training.networks import build_network, scorer_arrays
from steamrec.training.progress import Progress
from steamrec.training.replicas import make_strategy
from steamrec.training.stream import epoch_batches
from steamrec.training.validation import load_validation
from steamrec.workspace.receipts import digest, load_receipt

log = logging.getLogger(__name__)


def fit_network(context: Context, name: str) -> Artifact:
    """Train network `name` on the sampled epochs; returns its best epoch as an artifact.

    Stops early when the validation metric has not improved for `patience` epochs. A run that
    was killed goes on after its last finished epoch. Raises RunError when the loss diverges.
    """
    settings = context.settings.network(name)
    users = context.read(tables.USERS).count()
    items = context.read(tables.ITEMS).count()
    sampled = load_receipt(context.workspace, "sample")
    assert sampled is not None, "the runner has seen to the receipts this stage needs"
    replicas = context.settings.train.replicas
    key = digest([name, settings, users, items, sampled.content_hash, replicas])
    strategy = make_strategy(replicas)
    rows = int(sampled.counts["rows_an_epoch"])
    steps = math.ceil(rows / _positives(settings))
    trainer = Trainer(
        lambda: build_network(name, users, items, settings),
        strategy,
        settings["learning_rate"],
        steps * settings["epochs"] if settings["schedule"] == "cosine" else 0,
        batch=settings["batch_size"],
    )
    checkpoint = load_checkpoint(context.workspace, name, key)
    if checkpoint.curve:
        trainer.restore(checkpoint.state)
        log.info("train/%s: going on after epoch %d", name, len(checkpoint.curve))
    validation = load_validation(context)

    def artifact(arrays: dict[str, Any]) -> Artifact:
        return Artifact(name, arrays, users, items, settings, checkpoint.curve)

    while not _finished(checkpoint, settings):
        epoch = len(checkpoint.curve)
        start = time.perf_counter()
        loss = _train_epoch(context, trainer, name, settings, epoch, steps)
        seconds = time.perf_counter() - start
        arrays = scorer_arrays(name, trainer.model)
        entry = {"epoch": epoch, "loss": loss, "seconds": round(seconds, 2)}
        entry["rows_per_second"] = round(rows * (1 + settings["negatives"]) / seconds)
        if validation is not None:
            entry["validation_ndcg"] = validation.ndcg(make_scorer(artifact(arrays)))
        checkpoint.curve.append(entry)
        if _best(checkpoint.curve) == epoch:
            checkpoint.best = arrays
        checkpoint.state = trainer.state()
        save_checkpoint(context.workspace, name, checkpoint)
        log.info("train/%s: %s", name, _line(entry))
    remove_checkpoint(context.workspace, name)
    return artifact(checkpoint.best)


def _train_epoch(
    context: Context, trainer: Trainer, name: str, settings: dict[str, Any], epoch: int, steps: int
) -> float:
    negatives, batch = settings["negatives"], _positives(settings)
    url = context.workspace.url(f"negatives/train/epoch={epoch}")
    with (
        epoch_batches(url, negatives, batch) as batches,
        Progress(name, epoch, steps, batch * (1 + negatives)) as progress,
    ):
        return trainer.epoch(batches, steps, progress.update)


def _positives(settings: dict[str, Any]) -> int:
    """The positives in a global batch; each brings its negatives."""
    return max(1, int(settings["batch_size"] // (1 + settings["negatives"])))


def _best(curve: list[dict[str, float]]) -> int:
    """The epoch with the best validation metric (the earliest of equals), or the last."""
    if "validation_ndcg" not in curve[-1]:
        return len(curve) - 1
    return max(range(len(curve)), key=lambda epoch: curve[epoch]["validation_ndcg"])


def _finished(checkpoint: Checkpoint, settings: dict[str, Any]) -> bool:
    done, patience = len(checkpoint.curve), settings["patience"]
    if done >= settings["epochs"]:
        return True
    return bool(patience and done and done - 1 - _best(checkpoint.curve) >= patience)


def _line(entry: dict[str, float]) -> str:
    line = f"epoch {entry['epoch']:.0f}: loss {entry['loss']:.4f}, {entry['seconds']:.1f} s, "
    line += f"{entry['rows_per_second'] / 1e6:.2f} M rows/s"
    if "validation_ndcg" in entry:
        line += f", validation NDCG@10 {entry['validation_ndcg']:.4f}"
    return line
