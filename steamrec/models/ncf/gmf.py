"""Generalised matrix factorisation: a weighted product of two embeddings."""

from typing import Any

import numpy as np

from steamrec.models.ncf.layers import network, pair_inputs, product, seeds_from
from steamrec.models.ncf.registry import Network
from steamrec.models.ncf.settings import GmfSettings
from steamrec.scoring.artifact import Arrays


def build(users: int, items: int, settings: GmfSettings, seed: int) -> Any:
    """The network as a keras.Model."""
    inputs, seeds = pair_inputs(), seeds_from(seed)
    joined = product(users, items, settings.factors, inputs, seeds)
    return network("gmf", inputs, joined, seeds)


def factors(weights: Arrays) -> Arrays:
    """The weights as plain factors, which score by one matrix product.

    The output layer's kernel is folded into the user's side; its bias, the same for all items,
    becomes item_bias.
    """
    items = weights["gmf_item_embeddings"]
    return {
        "user_factors": weights["gmf_user_embeddings"] * weights["output_kernel"][:, 0],
        "item_factors": items,
        "item_bias": np.full(len(items), weights["output_bias"][0]),
    }


def weights_of_factors(arrays: Arrays) -> Arrays:
    """The weights of a network with these factors: its output layer's kernel is all ones."""
    width = arrays["user_factors"].shape[1]
    return {
        "gmf_user_embeddings": arrays["user_factors"],
        "gmf_item_embeddings": arrays["item_factors"],
        "output_kernel": np.ones((width, 1), np.float32),
        "output_bias": arrays["item_bias"][:1],
    }


NETWORK = Network(build, factors, weights_of_factors)
