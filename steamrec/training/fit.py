"""Fitting one network on the sampled epochs of the workspace."""

import functools
import logging
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from steamrec.data import tables
from steamrec.data.context import Context
from steamrec.models.ncf.registry import Network, find_network
from steamrec.models.registry import MODELS, make_scorer
from steamrec.scoring.artifact import Arrays, Artifact
from steamrec.scoring.ids import Ids
from steamrec.settings.networks import TrainingSettings
from steamrec.training.checkpoint_key import checkpoint_key
from steamrec.training.epochs import Training, run_epochs
from steamrec.training.losses import LogLoss, Loss, SoftmaxLoss
from steamrec.training.replicas import make_strategy
from steamrec.training.split_network import SplitNetwork
from steamrec.training.stream import EpochStream
from steamrec.training.trainer import Trainer
from steamrec.training.validation import load_validation
from steamrec.training.warm_start import Previous, ids_of, previous_model, warmed
from steamrec.workspace.receipts import load_receipt

log = logging.getLogger(__name__)


def fit_network(context: Context, name: str) -> Artifact:
    """Train network `name` on the sampled epochs; returns its best epoch as an artifact.

    Stops early when the validation metric has not improved for `patience` epochs. Resumes and
    raises as run_epochs.
    """
    network, settings = find_network(name), context.settings.training(name)
    record, replicas = context.settings.network(name), context.settings.train.replicas
    ids = ids_of(context)
    users, items = len(ids["user"]), len(ids["item"])
    sampled = load_receipt(context.inputs, "sample")
    assert sampled is not None, "the runner has seen to the receipts this stage needs"
    pairs = int(sampled.counts["rows_per_epoch"])
    trainer = make_trainer(
        network,
        (users, items),
        getattr(context.settings.train, name),
        settings,
        steps=math.ceil(pairs / settings.positives),
        replicas=replicas,
        log_shares=_log_shares(context, items) if settings.loss == "softmax" else None,
    )
    previous = previous_model(context.workspace, name) if settings.warm_start else None
    code = (__name__, *MODELS[name].modules)
    origin = previous.content_hash if previous else ""
    validation = load_validation(context)

    def artifact(arrays: Arrays, curve: list[dict[str, float]]) -> Artifact:
        return Artifact(name, arrays, users, items, record, curve, ids)

    done = run_epochs(
        context,
        Training(
            name,
            trainer,
            _epochs_of(context, trainer, settings, pairs),
            settings.epochs,
            pairs * (1 + settings.sampled_negatives),
            lambda: network.scorer_arrays(trainer.weights()),
            (lambda arrays: validation.ndcg(make_scorer(artifact(arrays, []))))
            if validation
            else None,
            settings.patience,
            lambda: _warm_start(name, trainer, previous, ids) if settings.warm_start else None,
            checkpoint_key(context, name, code, record, replicas, origin),
        ),
    )
    return artifact(done.best, done.curve)


def make_trainer(
    network: Network,
    sizes: tuple[int, int],
    section: Any,
    settings: TrainingSettings,
    steps: int,
    replicas: int = 1,
    log_shares: npt.NDArray[np.float32] | None = None,
) -> Trainer:
    """The trainer of a network for `sizes` = (users, items) and `steps` steps per epoch.

    `section` is the network's own section of the settings; `log_shares` (SoftmaxLoss) are given
    for the softmax.
    """
    loss: Callable[[SplitNetwork, int], Loss] = LogLoss
    if log_shares is not None:
        loss = functools.partial(SoftmaxLoss, log_shares=log_shares)
    return Trainer(
        lambda: network.build(*sizes, section, settings.seed),
        make_strategy(replicas),
        settings.learning_rate,
        steps * settings.epochs if settings.schedule == "cosine" else 0,
        settings.batch_size,
        loss,
    )


def _epochs_of(
    context: Context, trainer: Trainer, settings: TrainingSettings, pairs: int
) -> Callable[[int, Callable[[int, float], None]], float]:
    """The function that trains on one of the sampled epochs, of `pairs` positives each."""
    stream = EpochStream(settings.sampled_negatives, settings.positives)
    steps = math.ceil(pairs / settings.positives)

    def train(epoch: int, progress: Callable[[int, float], None]) -> float:
        url = context.inputs.url(f"negatives/train/epoch={epoch}")
        with stream.epoch(url) as batches:
            return trainer.epoch(
                batches, steps, lambda done, loss: progress(done * stream.pairs, loss)
            )

    return train


def _warm_start(name: str, trainer: Trainer, previous: Previous | None, ids: Ids) -> None:
    """Begin where the model in the workspace ended, if there is one of the same shapes."""
    weights = None
    if previous:
        fresh = trainer.weights()
        weights = warmed(fresh, previous.weights, previous.ids, ids, trainer.tables())
    if weights is None:
        log.info("train/%s: no earlier model for a warm start; training from the beginning", name)
        return
    trainer.set_weights(weights)
    log.info("train/%s: warm start from the model in the workspace", name)


def _log_shares(context: Context, items: int) -> npt.NDArray[np.float32]:
    """float32 [items]: the log of each item's share of the pairs to fit on."""
    fitted = context.read(tables.TRAIN).where("not validation").groupBy("item").count().toPandas()
    counts = np.zeros(items)
    counts[fitted["item"]] = fitted["count"]
    shares: npt.NDArray[Any] = np.log(np.maximum(counts, 1) / counts.sum())
    return shares.astype(np.float32)
