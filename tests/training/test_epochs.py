"""The epoch loop, on a network whose losses and metrics are given."""

import numpy as np
import pytest

from steamrec.data.context import Context
from steamrec.errors import NumericalError
from steamrec.models.settings import load_settings
from steamrec.training.checkpoint import load_checkpoint
from steamrec.training.epochs import Training, best_epoch, run_epochs
from steamrec.training.replicas import make_strategy
from steamrec.training.tensorflow_quiet import keras
from steamrec.training.trained_network import TrainedNetwork
from steamrec.workspace import Workspace


class Scripted:
    """A training whose epoch n ends with the weight n + 1 and what `metrics` says of it."""

    def __init__(self, metrics, epochs=None, stop_after=99, **options):
        self.network = TrainedNetwork(self.build, make_strategy(1), 0.1)
        self.metrics, self.stop_after, self.trained = metrics, stop_after, []
        self.training = Training(
            "toy",
            self.network,
            self.train,
            epochs or len(metrics),
            10,
            self.network.weights,
            self.validate if metrics else None,
            **{"key": "a key", **options},
        )

    @staticmethod
    def build():
        inputs = keras.Input((1,))
        layer = keras.layers.Dense(1, name="layer", use_bias=False)
        return keras.Model(inputs, layer(inputs))

    def train(self, epoch, progress):
        if epoch == self.stop_after:
            raise KeyboardInterrupt
        self.trained.append(epoch)
        self.network.set_weights({"layer_kernel": np.full((1, 1), epoch + 1, np.float32)})
        return 1.0

    def validate(self, arrays):
        return self.metrics[int(arrays["layer_kernel"].item()) - 1]


@pytest.fixture
def context(tmp_path):
    return Context(load_settings(None), Workspace(str(tmp_path)))


def test_the_best_epoch_is_kept_and_patience_ends_the_training(context):
    scripted = Scripted([0.2, 0.5, 0.5, 0.4, 0.9], patience=2)
    done = run_epochs(context, scripted.training)
    assert scripted.trained == [0, 1, 2, 3]
    assert best_epoch(done.curve) == 1
    assert done.best["layer_kernel"] == 2


def test_without_validation_items_the_last_epoch_is_kept(context):
    scripted = Scripted([], epochs=3, patience=1)
    assert run_epochs(context, scripted.training).best["layer_kernel"] == 3


@pytest.mark.parametrize(("fresh", "expected"), [(False, [2, 3]), (True, [0, 1, 2, 3])])
def test_a_stopped_training_goes_on_unless_it_is_to_be_fresh(context, fresh, expected):
    metrics = [0.1, 0.4, 0.3, 0.2]
    with pytest.raises(KeyboardInterrupt):
        run_epochs(context, Scripted(metrics, stop_after=2).training)
    context.fresh = fresh
    again = Scripted(metrics)
    done = run_epochs(context, again.training)
    assert again.trained == expected
    assert done.best["layer_kernel"] == 2
    assert not context.workspace.exists("models/toy/checkpoint.npz")


def test_a_checkpoint_of_something_else_is_not_continued(context):
    with pytest.raises(KeyboardInterrupt):
        run_epochs(context, Scripted([0.1, 0.2], stop_after=1).training)
    other = Scripted([0.1, 0.2], key="another key")
    run_epochs(context, other.training)
    assert other.trained == [0, 1]


def poison_weight(scripted):
    scripted.network.set_weights({"layer_kernel": np.full((1, 1), np.nan, np.float32)})
    return 1.0


def poison_slot(scripted):
    *rest, last = scripted.network.state()
    scripted.network.restore([*rest, np.full_like(last, np.inf)])
    return 1.0


@pytest.mark.parametrize(
    ("poison", "named"),
    [
        (lambda scripted: np.nan, "the loss"),
        (poison_weight, "layer/kernel"),
        (poison_slot, "Adam's 2nd moment of layer/kernel"),
    ],
)
def test_what_is_not_finite_stops_the_run_and_is_never_saved(context, poison, named):
    """Also what the last step of an epoch did, which no loss shows."""
    scripted = Scripted([0.1, 0.2, 0.3])
    train = scripted.train
    scripted.training.__dict__["train"] = lambda epoch, progress: (
        train(epoch, progress) if epoch < 1 else poison(scripted)
    )
    expected = rf"train/toy: {named} .* after epoch 1; lower train\.learning_rate"
    with pytest.raises(NumericalError, match=expected):
        run_epochs(context, scripted.training)
    kept = load_checkpoint(context.workspace, "toy", "a key")
    assert len(kept.curve) == 1
    assert all(np.isfinite(array).all() for array in kept.state)


def test_a_metric_that_is_not_a_number_stops_the_run_and_never_wins(context):
    with pytest.raises(NumericalError, match=r"the validation metric .* after epoch 1"):
        run_epochs(context, Scripted([0.1, float("nan")]).training)
    metrics = [0.1, float("nan"), 0.2, float("nan")]
    assert best_epoch([{"validation_ndcg": value} for value in metrics]) == 2
