"""Fitting one network: epochs from the workspace, best epoch kept, resumed where it stopped."""

import logging
import math
import time
from typing import Any

import numpy as np

from steamrec.data import tables
from steamrec.data.context import Context
from steamrec.models.ncf.networks import build_network, scorer_arrays
from steamrec.models.registry import make_scorer
from steamrec.scoring.artifact import Artifact
from steamrec.scoring.ids import Ids
from steamrec.training.checkpoint import (
    Checkpoint,
    load_checkpoint,
    remove_checkpoint,
    save_checkpoint,
)
from steamrec.training.checkpoint_key import checkpoint_key
from steamrec.training.finite import refuse_non_finite
from steamrec.training.loop import Trainer
from steamrec.training.progress import Progress
from steamrec.training.replicas import make_strategy
from steamrec.training.stream import EpochStream
from steamrec.training.tensorboard import write_scalars
from steamrec.training.validation import load_validation
from steamrec.training.warm_start import Previous, ids_of, previous_model, warmed
from steamrec.workspace.receipts import load_receipt

log = logging.getLogger(__name__)


def fit_network(context: Context, name: str) -> Artifact:
    """Train network `name` on the sampled epochs; returns its best epoch as an artifact.

    Stops early when the validation metric has not improved for `patience` epochs. A run that
    was killed goes on after its last finished epoch, unless it is to be `fresh` or anything that
    the training depends on has changed. Raises NumericalError when it diverges.
    """
    settings = context.settings.network(name)
    ids = ids_of(context)
    users, items = len(ids["user"]), len(ids["item"])
    sampled = load_receipt(context.inputs, "sample")
    assert sampled is not None, "the runner has seen to the receipts this stage needs"
    replicas = context.settings.train.replicas
    previous = previous_model(context.workspace, name) if settings["warm_start"] else None
    start_hash = previous.content_hash if previous else ""
    key = checkpoint_key(context, name, ["steamrec.models.ncf"], settings, replicas, start_hash)
    if context.fresh:
        remove_checkpoint(context.workspace, name)
    strategy = make_strategy(replicas)
    rows = int(sampled.counts["rows_an_epoch"])
    steps = math.ceil(rows / _positives(settings))
    trainer = Trainer(
        lambda: build_network(name, users, items, settings),
        strategy,
        settings["learning_rate"],
        steps * settings["epochs"] if settings["schedule"] == "cosine" else 0,
        batch=settings["batch_size"],
        log_shares=_log_shares(context, items) if settings["loss"] == "softmax" else None,
    )
    checkpoint = load_checkpoint(context.workspace, name, key)
    if checkpoint.curve:
        trainer.restore(checkpoint.state)
        log.info("train/%s: going on after epoch %d", name, len(checkpoint.curve))
    elif settings["warm_start"]:
        _warm_start(name, trainer, previous, ids)
    validation = load_validation(context)
    stream = EpochStream(_negatives(settings), _positives(settings))

    def artifact(arrays: dict[str, Any]) -> Artifact:
        return Artifact(name, arrays, users, items, settings, checkpoint.curve, ids)

    while not _finished(checkpoint, settings):
        epoch = len(checkpoint.curve)
        start = time.perf_counter()
        loss = _train_epoch(context, trainer, stream, name, epoch, steps)
        seconds = time.perf_counter() - start
        refuse_non_finite(trainer.named_state(), name, "lower train.learning_rate", epoch)
        arrays = scorer_arrays(name, trainer.model)
        entry = {"epoch": epoch, "loss": loss, "seconds": round(seconds, 2)}
        entry["rows_per_second"] = round(rows * (1 + _negatives(settings)) / seconds)
        if validation is not None:
            entry["validation_ndcg"] = validation.ndcg(make_scorer(artifact(arrays)))
            refuse_non_finite({"the validation metric": np.array(entry["validation_ndcg"])}, name,
                              "lower train.learning_rate", epoch)  # fmt: skip
        checkpoint.curve.append(entry)
        if _best(checkpoint.curve) == epoch:
            checkpoint.best = arrays
        checkpoint.state = trainer.state()
        # First, so that no finished epoch lacks its figures; an epoch done again writes them again.
        write_scalars(context.workspace, name, entry)
        save_checkpoint(context.workspace, name, checkpoint)
        log.info("train/%s: %s", name, _line(entry))
    remove_checkpoint(context.workspace, name)
    return artifact(checkpoint.best)


def _warm_start(name: str, trainer: Trainer, previous: Previous | None, ids: Ids) -> None:
    """Begin where the model in the workspace ended, if there is one of the same shapes."""
    weights = warmed(trainer.weights(), previous.weights, previous.ids, ids) if previous else None
    if weights is None:
        log.info("train/%s: no model to go on from; a fresh start", name)
        return
    trainer.set_weights(weights)
    log.info("train/%s: starts from the model in the workspace", name)


def _train_epoch(
    context: Context, trainer: Trainer, stream: EpochStream, name: str, epoch: int, steps: int
) -> float:
    url = context.inputs.url(f"negatives/train/epoch={epoch}")
    with (
        stream.epoch(url) as batches,
        Progress(name, epoch, steps, stream.pairs) as progress,
    ):
        return trainer.epoch(batches, steps, progress.update)


def _positives(settings: dict[str, Any]) -> int:
    """The positives in a global batch; each brings its negatives."""
    return max(1, int(settings["batch_size"] // (1 + _negatives(settings))))


def _negatives(settings: dict[str, Any]) -> int:
    """The sampled negatives that go with a positive; a softmax shares those of its batch."""
    return 0 if settings["loss"] == "softmax" else int(settings["negatives"])


def _log_shares(context: Context, items: int) -> "np.ndarray[Any, np.dtype[np.float32]]":
    """float32 [items]: the log of each item's share of the pairs to fit on."""
    fitted = context.read(tables.TRAIN).where("not validation").groupBy("item").count().toPandas()
    counts = np.zeros(items)
    counts[fitted["item"]] = fitted["count"]
    shares: np.ndarray[Any, np.dtype[np.float32]] = np.log(np.maximum(counts, 1) / counts.sum())
    return shares.astype(np.float32)


def _best(curve: list[dict[str, float]]) -> int:
    """The epoch with the best validation metric (the earliest of equals), or the last."""
    if "validation_ndcg" not in curve[-1]:
        return len(curve) - 1
    # A NaN is below all numbers.
    return max(
        range(len(curve)),
        key=lambda epoch: np.nan_to_num(curve[epoch]["validation_ndcg"], nan=-1.0),
    )


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
