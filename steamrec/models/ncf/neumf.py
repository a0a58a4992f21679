"""NeuMF: GMF and the MLP joined before the output layer."""

from typing import Any

from steamrec.models.ncf.layers import network, pair_inputs, product, seeds_from, tower
from steamrec.models.ncf.registry import Network
from steamrec.models.ncf.settings import NeumfSettings
from steamrec.training.tensorflow_quiet import keras


def build(users: int, items: int, settings: NeumfSettings, seed: int) -> Any:
    """The network as a keras.Model."""
    inputs, seeds = pair_inputs(), seeds_from(seed)
    parts = [
        product(users, items, settings.gmf_factors, inputs, seeds),
        tower(users, items, settings.mlp_factors, settings.hidden, inputs, seeds),
    ]
    return network("neumf", inputs, keras.layers.Concatenate()(parts), seeds)


NETWORK = Network(build)
