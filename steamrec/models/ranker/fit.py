"""Fitting the two-stage model: retrieval, training rows, network; resumed where it stopped."""

import logging
import time
from collections.abc import Callable
from typing import Any

from steamrec.data.context import Context
from steamrec.data.tables import Table
from steamrec.models.ranker.fallback import TAIL_FEATURES
from steamrec.models.ranker.features import FEATURES
from steamrec.models.ranker.network import ListwiseTrainer
from steamrec.models.ranker.scorer import TAIL, Considered, RememberingScorer
from steamrec.models.ranker.settings import RankerSettings
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
from steamrec.training.checkpoint_key import checkpoint_key
from steamrec.training.epochs import Training, run_epochs
from steamrec.training.replicas import make_strategy
from steamrec.training.stream import candidate_batches
from steamrec.training.validation import load_validation

log = logging.getLogger(__name__)
NAME = "ranker"
READY = "features/ranker.json"
SHUFFLE = 4_096
CODE = (__name__, "steamrec.models.ranker.scorer")
ADVICE = "lower train.ranker.learning_rate"
TAIL_HIDDEN = (32,)
TAIL_EPOCHS = 5


def fit(context: Context) -> Artifact:
    """Train the ranker; returns its best epoch by the validation items as an artifact.

    A run that was killed goes on with its training rows and after its last finished epoch, unless
    it is to be `fresh` or anything that these depend on has changed. Raises NumericalError when
    the training diverges.
    """
    settings = context.settings.section("ranker", RankerSettings).model_dump(mode="json")
    seed, replicas = context.settings.train.seed, context.settings.train.replicas
    split_seed = context.settings.split.seed
    key = checkpoint_key(context, NAME, CODE, settings, split_seed, seed, replicas)
    if context.fresh:
        _remove_rows(context)
    rows, tail_rows = _rows(context, settings)
    retrieval = load_artifact(context.workspace, RETRIEVAL)
    tail = _fit_tail(context, tail_rows)
    trainer = _trainer(context, len(FEATURES), tuple(settings["hidden"]), settings["epochs"], rows)
    validation = load_validation(context)
    seen: dict[int, Considered] = {}  # candidates and features are the same in every epoch

    def artifact(layers: Arrays, curve: list[dict[str, float]]) -> Artifact:
        arrays = retrieval.arrays | tail | layers
        return Artifact(NAME, arrays, retrieval.users, retrieval.items, settings, curve)

    def validate(layers: Arrays) -> float:
        assert validation is not None
        return validation.ndcg(RememberingScorer(artifact(layers, []), seen))

    done = run_epochs(
        context,
        Training(
            NAME,
            trainer,
            _epochs_of(context, trainer, FEATURES_TABLE, settings["candidates"]),
            settings["epochs"],
            rows,
            trainer.weights,
            validate if validation else None,
            key=key,
            advice=ADVICE,
        ),
    )
    _remove_rows(context)
    return artifact(done.best, done.curve)


def _fit_tail(context: Context, rows: int) -> Arrays:
    """The layers of the network for what is no candidate; seconds, so done again after a crash."""
    trainer = _trainer(context, len(TAIL_FEATURES), TAIL_HIDDEN, TAIL_EPOCHS, rows)
    train = _epochs_of(context, trainer, TAIL_TABLE, 1 + TAIL_NEGATIVES)
    training = Training(
        f"{NAME}/tail", trainer, train, TAIL_EPOCHS, rows, trainer.weights, advice=ADVICE
    )
    layers = run_epochs(context, training).best
    return {f"{TAIL}{name}": array for name, array in layers.items()}


def _trainer(
    context: Context, width: int, hidden: tuple[int, ...], epochs: int, rows: int
) -> ListwiseTrainer:
    settings = context.settings.section("ranker", RankerSettings)
    return ListwiseTrainer(
        width,
        hidden,
        context.settings.train.seed,
        make_strategy(context.settings.train.replicas),
        settings.learning_rate,
        epochs * -(-rows // settings.batch_users),
    )


def _epochs_of(
    context: Context, trainer: ListwiseTrainer, table: Table, rows_per_user: int
) -> Callable[[int, Callable[[int, float], None]], float]:
    """The function that trains on the table's users, `rows_per_user` rows each, once."""
    url, seed = context.workspace.url(table.name), context.settings.train.seed
    batch = context.settings.section("ranker", RankerSettings).batch_users

    def train(epoch: int, progress: Callable[[int, float], None]) -> float:
        with candidate_batches(url, list(table.columns), rows_per_user, SHUFFLE) as stream:
            shuffled = stream.unbatch().shuffle(SHUFFLE, seed=seed + epoch)
            return trainer.epoch(shuffled.batch(batch), progress)

    return train


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
