"""Fitting the two-stage model: retrieval, training rows, network; resumed where it stopped."""

import logging
import time
from typing import Any

import numpy as np

from steamrec.models.artifact import Artifact, folder, load_artifact, save_artifact
from steamrec.models.registry import make_scorer
from steamrec.reranking.features import FEATURES
from steamrec.reranking.gather import (
    FEATURES_TABLE,
    RETRIEVAL,
    fit_retrieval,
    retrieval_artifact,
    save_retrieval_rows,
    split_targets,
)
from steamrec.stage import Context
from steamrec.tasks.rerank import COLUMNS
from steamrec.training.checkpoint import load_checkpoint, remove_checkpoint, save_checkpoint
from steamrec.training.listwise import ListwiseTrainer
from steamrec.training.replicas import make_strategy
from steamrec.training.stream import candidate_batches
from steamrec.training.validation import load_validation
from steamrec.workspace.receipts import digest, load_receipt

log = logging.getLogger(__name__)
NAME = "ranker"
READY = "features/ranker.json"
SHUFFLE = 4_096


def fit(context: Context) -> Artifact:
    """Train the ranker; returns its best epoch by the validation items as an artifact."""
    settings = context.settings.train.ranker.model_dump(mode="json")
    receipt = load_receipt(context.workspace, "split")
    assert receipt is not None, "the runner has seen to the receipts this stage needs"
    seed = context.settings.train.seed
    key = digest([settings, receipt.content_hash, context.settings.split.seed, seed])
    rows = _rows(context, settings, key)
    retrieval = load_artifact(context.workspace, RETRIEVAL)
    batch = settings["batch_users"]
    steps = settings["epochs"] * -(-rows // batch)
    trainer = ListwiseTrainer(
        len(FEATURES),
        tuple(settings["hidden"]),
        seed,
        make_strategy(context.settings.train.replicas),
        settings["learning_rate"],
        steps,
    )
    checkpoint = load_checkpoint(context.workspace, NAME, key)
    if checkpoint.curve:
        trainer.restore(checkpoint.state)
        log.info("train/%s: going on after epoch %d", NAME, len(checkpoint.curve))
    validation = load_validation(context)

    def artifact(layers: dict[str, Any]) -> Artifact:
        arrays = retrieval.arrays | layers
        return Artifact(NAME, arrays, retrieval.users, retrieval.items, settings, checkpoint.curve)

    while len(checkpoint.curve) < settings["epochs"]:
        epoch = len(checkpoint.curve)
        start = time.perf_counter()
        url = context.workspace.url(FEATURES_TABLE.name)
        with candidate_batches(url, COLUMNS, settings["candidates"], SHUFFLE) as stream:
            shuffled = stream.unbatch().shuffle(SHUFFLE, seed=seed + epoch).batch(batch)
            loss = trainer.epoch(shuffled)
        entry = {"epoch": epoch, "loss": loss, "seconds": round(time.perf_counter() - start, 2)}
        layers = trainer.arrays()
        if validation is not None:
            entry["validation_ndcg"] = validation.ndcg(make_scorer(artifact(layers)))
        scores = [past.get("validation_ndcg", 0.0) for past in checkpoint.curve]
        checkpoint.curve.append(entry)
        if not scores or entry.get("validation_ndcg", np.inf) > max(scores):
            checkpoint.best = layers
        checkpoint.state = trainer.state()
        save_checkpoint(context.workspace, NAME, checkpoint)
        log.info("train/%s: %s", NAME, ", ".join(f"{k} {v:.5g}" for k, v in entry.items()))
    fitted = artifact(checkpoint.best)
    for done in (READY, FEATURES_TABLE.name, folder(RETRIEVAL)):
        context.workspace.remove(done)
    remove_checkpoint(context.workspace, NAME)
    return fitted


def _rows(context: Context, settings: dict[str, Any], key: str) -> int:
    """How many users the training rows hold; computed unless a run that died left them."""
    if context.workspace.exists(READY):
        ready = context.workspace.read_json(READY)
        if ready["key"] == key:
            log.info("train/%s: the training rows stand already", NAME)
            return int(ready["users"])
    start = time.perf_counter()
    known, targets = split_targets(context, settings["train_users"])
    retrieval = fit_retrieval(context, known, settings["regularization"])
    save_artifact(context.workspace, retrieval_artifact(context, retrieval, settings))
    log.info("train/%s: EASE and counts in %.0f s", NAME, time.perf_counter() - start)
    del retrieval
    users = save_retrieval_rows(context, known, targets, settings["candidates"])
    context.workspace.write_json(READY, {"key": key, "users": users})
    log.info("train/%s: rows of %d users in %.0f s", NAME, users, time.perf_counter() - start)
    return users
