"""Fitting the two-stage model: retrieval, training rows, network; resumed where it stopped."""

import logging
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from steamrec.data.context import Context
from steamrec.models.ranker.epochs import read_rows, scale_rows, shuffled
from steamrec.models.ranker.fallback import TAIL_FEATURES
from steamrec.models.ranker.features import FEATURES
from steamrec.models.ranker.mix import choose_weight, likely_better
from steamrec.models.ranker.network import ListwiseTrainer
from steamrec.models.ranker.scales import Scales
from steamrec.models.ranker.scorer import MIX, TAIL, Considered, RememberingScorer
from steamrec.models.ranker.settings import RankerSettings
from steamrec.models.ranker.tasks import FEATURES_TABLE, TAIL_TABLE
from steamrec.models.ranker.training_data import (
    RETRIEVAL,
    TAIL_NEGATIVES,
    fit_retrieval,
    retrieval_artifact,
    save_rows,
    split_targets,
    training_pairs,
)
from steamrec.scoring.artifact import Arrays, Artifact, folder, load_artifact, save_artifact
from steamrec.scoring.scorer import FloatArray
from steamrec.training.checkpoint_key import checkpoint_key
from steamrec.training.epochs import Training, run_epochs
from steamrec.training.replicas import make_strategy
from steamrec.training.validation import load_validation

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

log = logging.getLogger(__name__)
NAME = "ranker"
READY = "features/ranker.json"
CODE = (__name__, "steamrec.models.ranker.scorer")
ADVICE = "lower train.ranker.learning_rate"
TAIL_HIDDEN = (32,)
TAIL_EPOCHS = 5
# With a larger part of the pairs as targets, the counts without them would serve nobody well.
MOST_TARGETS = 0.01


def fit(context: Context) -> Artifact:
    """Train the ranker; returns its last epoch, or an earlier one that validates better.

    A run that was killed goes on with its training rows and after its last finished epoch, unless
    it is to be `fresh` or anything that these depend on has changed. Where the validation items do
    not show that the network is better than EASE, or no user has two items to learn from, the
    candidates keep EASE's order. Raises NumericalError when the training diverges.
    """
    settings = _settings(context).model_dump(mode="json")
    seed, replicas = context.settings.train.seed, context.settings.train.replicas
    split_seed = context.settings.split.seed
    key = checkpoint_key(context, NAME, CODE, settings, split_seed, seed, replicas)
    if context.fresh:
        _remove_rows(context)
    users, tail_users = _rows(context, settings)
    retrieval = load_artifact(context.workspace, RETRIEVAL)
    tail = _fit_tail(context, tail_users)
    validation = load_validation(context)
    rows, scales = _scaled_rows(context, users)
    seen: dict[int, Considered] = {}  # candidates and features are the same in every epoch

    def artifact(layers: Arrays, curve: list[dict[str, float]], weight: float) -> Artifact:
        arrays = retrieval.arrays | tail | scales.arrays() | layers
        arrays[MIX] = np.array([weight], np.float32)
        return Artifact(NAME, arrays, retrieval.users, retrieval.items, settings, curve)

    def scorer(layers: Arrays, weight: float = 1.0) -> RememberingScorer:
        return RememberingScorer(artifact(layers, [], weight), seen)

    if not users:
        log.warning("train/%s: no user to learn from; the candidates keep EASE's order", NAME)
        _remove_rows(context)
        return artifact({}, [], 0.0)
    trainer = _trainer(context, len(FEATURES), tuple(settings["hidden"]), settings["epochs"], users)
    done = run_epochs(
        context,
        Training(
            NAME,
            trainer,
            _epochs_of(context, trainer, rows),
            settings["epochs"],
            users,
            trainer.weights,
            (lambda layers: validation.ndcg(scorer(layers))) if validation else None,
            key=key,
            advice=ADVICE,
        ),
    )
    layers, weight = trainer.weights(), 1.0
    if validation:
        # The rate falls to 0 with the last epoch: an earlier one is kept for more than luck only.
        best, last = (validation.values("ndcg", scorer(each)) for each in (done.best, layers))
        layers = done.best if likely_better(best, last) else layers
        weight = choose_weight(lambda weight: validation.values("ndcg", scorer(layers, weight)))
    log.info("train/%s: the network's weight beside EASE's is %g", NAME, weight)
    _remove_rows(context)
    return artifact(layers, done.curve, weight)


def _settings(context: Context) -> RankerSettings:
    return context.settings.section(NAME, RankerSettings)


def _fit_tail(context: Context, users: int) -> Arrays:
    """The layers and scales of the network for what is no candidate, none without users.

    It takes seconds, so it is done again after a crash.
    """
    if not users:
        return {}
    rows = read_rows(context.workspace, TAIL_TABLE, users, 1 + TAIL_NEGATIVES)
    scales = scale_rows(rows, TAIL_FEATURES)
    trainer = _trainer(context, len(TAIL_FEATURES), TAIL_HIDDEN, TAIL_EPOCHS, users)
    train = _epochs_of(context, trainer, rows)
    training = Training(
        f"{NAME}/tail", trainer, train, TAIL_EPOCHS, users, trainer.weights, advice=ADVICE
    )
    layers = run_epochs(context, training).best
    return {f"{TAIL}{name}": array for name, array in layers.items()} | scales.arrays(TAIL)


def _scaled_rows(context: Context, users: int) -> tuple[FloatArray, Scales]:
    """The candidates' rows, scaled, and the scales."""
    count = _settings(context).candidates
    if users:
        rows = read_rows(context.workspace, FEATURES_TABLE, users, count)
    else:
        rows = np.empty((0, count, len(FEATURES) + 1), np.float32)
    return rows, scale_rows(rows, FEATURES)


def _trainer(
    context: Context, width: int, hidden: tuple[int, ...], epochs: int, rows: int
) -> ListwiseTrainer:
    settings = _settings(context)
    return ListwiseTrainer(
        width,
        hidden,
        context.settings.train.seed,
        make_strategy(context.settings.train.replicas),
        settings.learning_rate,
        epochs * -(-rows // settings.batch_users),
    )


def _epochs_of(
    context: Context, trainer: ListwiseTrainer, rows: FloatArray
) -> Callable[[int, Callable[[int, float], None]], float]:
    """The function that trains on all users of the rows once."""
    seed, batch = context.settings.train.seed, _settings(context).batch_users

    def train(epoch: int, progress: Callable[[int, float], None]) -> float:
        return trainer.epoch(shuffled(rows, batch, seed, epoch), progress)

    return train


def _rows(context: Context, settings: dict[str, Any]) -> tuple[int, int]:
    """How many users the training rows hold, those of the candidates and those of the tail.

    They are computed unless a run that died left the same ones. With them RETRIEVAL is left, the
    counts for the model; if the targets are few, those without the targets serve for both.
    """
    used = [settings[name] for name in ("regularization", "candidates", "train_users")]
    key = checkpoint_key(context, "ranker rows", CODE, used, context.settings.split.seed)
    if context.workspace.exists(READY):
        ready = context.workspace.read_json(READY)
        if ready["key"] == key:
            log.info("train/%s: the training rows are there already", NAME)
            return int(ready["users"]), int(ready["tail_users"])
    _remove_rows(context)  # READY first: it must not vouch for rows that are being replaced
    start = time.perf_counter()
    known, targets, count = split_targets(context, settings["train_users"])
    _save_retrieval(context, known, settings)
    log.info("train/%s: EASE and counts in %.0f s", NAME, time.perf_counter() - start)
    users, tail_users = save_rows(context, known, targets, settings["candidates"])
    log.info("train/%s: rows of %d users in %.0f s", NAME, users, time.perf_counter() - start)
    if count > MOST_TARGETS * training_pairs(context).count():
        _save_retrieval(context, training_pairs(context), settings)
    ready = {"key": key, "users": users, "tail_users": tail_users}
    context.workspace.write_json(READY, ready)
    return users, tail_users


def _save_retrieval(context: Context, pairs: "DataFrame", settings: dict[str, Any]) -> None:
    retrieval = fit_retrieval(context, pairs, settings["regularization"])
    save_artifact(context.workspace, retrieval_artifact(context, retrieval, settings))


def _remove_rows(context: Context) -> None:
    for name in (READY, FEATURES_TABLE.name, TAIL_TABLE.name, folder(RETRIEVAL)):
        context.workspace.remove(name)
