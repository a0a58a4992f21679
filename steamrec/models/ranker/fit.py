"""Fitting the two-stage model: retrieval, training rows, network; resumed where it stopped."""

import logging
import time
from typing import Any

import numpy as np

from steamrec.data.context import Context
from steamrec.data.tables import Table
from steamrec.models.ranker.fallback import TAIL_FEATURES
from steamrec.models.ranker.features import FEATURES
from steamrec.models.ranker.network import ListwiseTrainer
from steamrec.models.ranker.scorer import TAIL, Considered, RememberingScorer
from steamrec.models.ranker.training_data import (
    FEATURES_TABLE,
    RETRIEVAL,
    TAIL_NEGATIVES,
    TAIL_TABLE,
    fit_retrieval,
    retrieval_artifact,
    save_candidate_rows,
    save_tail_rows,
    split_targets,
)
from steamrec.scoring.artifact import Arrays, Artifact, folder, load_artifact, save_artifact
from steamrec.training.checkpoint import load_checkpoint, remove_checkpoint, save_checkpoint
from steamrec.training.checkpoint_key import checkpoint_key
from steamrec.training.finite import refuse_non_finite
from steamrec.training.replicas import make_strategy
from steamrec.training.stream import candidate_batches
from steamrec.training.validation import load_validation

log = logging.getLogger(__name__)
NAME = "ranker"
READY = "features/ranker.json"
SHUFFLE = 4_096
CODE = ("steamrec.models.ranker", "steamrec.models.ease")
ADVICE = "lower train.ranker.learning_rate"
TAIL_HIDDEN = (32,)
TAIL_EPOCHS = 5


def fit(context: Context) -> Artifact:
    """Train the ranker; returns its best epoch by the validation items as an artifact.

    A run that was killed goes on with its training rows and after its last finished epoch, unless
    it is to be `fresh` or anything that these depend on has changed. Raises NumericalError when
    the training diverges.
    """
    settings = context.settings.train.ranker.model_dump(mode="json")
    seed, replicas = context.settings.train.seed, context.settings.train.replicas
    split_seed = context.settings.split.seed
    key = checkpoint_key(context, NAME, CODE, settings, split_seed, seed, replicas)
    if context.fresh:
        _remove_rows(context)
        remove_checkpoint(context.workspace, NAME)
    rows, tail_rows = _rows(context, settings)
    retrieval = load_artifact(context.workspace, RETRIEVAL)
    tail = _fit_tail(context, settings, tail_rows)
    batch = settings["batch_users"]
    steps = settings["epochs"] * -(-rows // batch)
    trainer = ListwiseTrainer(
        len(FEATURES),
        tuple(settings["hidden"]),
        seed,
        make_strategy(replicas),
        settings["learning_rate"],
        steps,
    )
    checkpoint = load_checkpoint(context.workspace, NAME, key)
    if checkpoint.curve:
        trainer.restore(checkpoint.state)
        log.info("train/%s: going on after epoch %d", NAME, len(checkpoint.curve))
    validation = load_validation(context)
    seen: dict[int, Considered] = {}  # candidates and features are the same in every epoch

    def artifact(layers: dict[str, Any]) -> Artifact:
        arrays = retrieval.arrays | tail | layers
        return Artifact(NAME, arrays, retrieval.users, retrieval.items, settings, checkpoint.curve)

    while len(checkpoint.curve) < settings["epochs"]:
        epoch = len(checkpoint.curve)
        start = time.perf_counter()
        loss = _epoch(context, trainer, FEATURES_TABLE, settings["candidates"], batch, epoch)
        entry = {"epoch": epoch, "loss": loss, "seconds": round(time.perf_counter() - start, 2)}
        refuse_non_finite(trainer.named_state(), NAME, ADVICE, epoch)
        layers = trainer.arrays()
        if validation is not None:
            metric = validation.ndcg(RememberingScorer(artifact(layers), seen))
            refuse_non_finite({"the validation metric": np.array(metric)}, NAME, ADVICE, epoch)
            entry["validation_ndcg"] = metric
        scores = [past.get("validation_ndcg", 0.0) for past in checkpoint.curve]
        checkpoint.curve.append(entry)
        if not scores or entry.get("validation_ndcg", np.inf) > max(scores):
            checkpoint.best = layers
        checkpoint.state = trainer.state()
        save_checkpoint(context.workspace, NAME, checkpoint)
        log.info("train/%s: %s", NAME, ", ".join(f"{k} {v:.5g}" for k, v in entry.items()))
    fitted = artifact(checkpoint.best)
    _remove_rows(context)
    remove_checkpoint(context.workspace, NAME)
    return fitted


def _fit_tail(context: Context, settings: dict[str, Any], rows: int) -> Arrays:
    """The layers of the network for what is no candidate; seconds, so done again after a crash."""
    start = time.perf_counter()
    batch = settings["batch_users"]
    trainer = ListwiseTrainer(
        len(TAIL_FEATURES),
        TAIL_HIDDEN,
        context.settings.train.seed,
        make_strategy(context.settings.train.replicas),
        settings["learning_rate"],
        TAIL_EPOCHS * -(-rows // batch),
    )
    loss = 0.0
    for epoch in range(TAIL_EPOCHS):
        loss = _epoch(context, trainer, TAIL_TABLE, 1 + TAIL_NEGATIVES, batch, epoch)
        refuse_non_finite(trainer.named_state(), f"{NAME}, the fallback network", ADVICE, epoch)
    seconds = time.perf_counter() - start
    log.info("train/%s: the tail's network, loss %.4f, in %.0f s", NAME, loss, seconds)
    return {f"{TAIL}{name}": array for name, array in trainer.arrays().items()}


def _epoch(
    context: Context, trainer: ListwiseTrainer, table: Table, slots: int, batch: int, epoch: int
) -> float:
    """Train on the table's users, `slots` rows each, once; returns the mean loss."""
    url, seed = context.workspace.url(table.name), context.settings.train.seed
    with candidate_batches(url, list(table.columns), slots, SHUFFLE) as stream:
        return trainer.epoch(stream.unbatch().shuffle(SHUFFLE, seed=seed + epoch).batch(batch))


def _rows(context: Context, settings: dict[str, Any]) -> tuple[int, int]:
    """How many users the training rows hold, those of the candidates and those of the tail.

    They are computed unless a run that died left the same ones.
    """
    used = [settings[name] for name in ("regularization", "candidates", "train_users")]
    key = checkpoint_key(context, "ranker rows", CODE, used, context.settings.split.seed)
    if context.workspace.exists(READY):
        ready = context.workspace.read_json(READY)
        if ready["key"] == key:
            log.info("train/%s: the training rows stand already", NAME)
            return int(ready["users"]), int(ready["tail_users"])
    _remove_rows(context)  # READY first: it must not vouch for rows that are being replaced
    start = time.perf_counter()
    known, targets = split_targets(context, settings["train_users"])
    retrieval = fit_retrieval(context, known, settings["regularization"])
    save_artifact(context.workspace, retrieval_artifact(context, retrieval, settings))
    log.info("train/%s: EASE and counts in %.0f s", NAME, time.perf_counter() - start)
    del retrieval
    users = save_candidate_rows(context, known, targets, settings["candidates"])
    tail_users = save_tail_rows(context, known, targets)
    ready = {"key": key, "users": users, "tail_users": tail_users}
    context.workspace.write_json(READY, ready)
    log.info("train/%s: rows of %d users in %.0f s", NAME, users, time.perf_counter() - start)
    return users, tail_users


def _remove_rows(context: Context) -> None:
    for name in (READY, FEATURES_TABLE.name, TAIL_TABLE.name, folder(RETRIEVAL)):
        context.workspace.remove(name)
