"""The multi-layer perceptron on two embeddings."""

from typing import Any

from steamrec.models.ncf.layers import network, pair_inputs, seeds_from, tower
from steamrec.models.ncf.registry import Network
from steamrec.models.ncf.settings import MlpSettings


def build(users: int, items: int, settings: MlpSettings, seed: int) -> Any:
    """The network as a keras.Model."""
    inputs, seeds = pair_inputs(), seeds_from(seed)
    joined = tower(users, items, settings.factors, settings.hidden, inputs, seeds)
    return network("mlp", inputs, joined, seeds)


NETWORK = Network(build)
