"""The settings of the models, one section each under [train]."""

from typing import Literal

from pydantic import Field

from steamrec.settings.section import (
    BatchSize,
    Epochs,
    LearningRate,
    ListLength,
    PositiveFloat,
    PositiveInt,
    Section,
    Width,
    Widths,
)

MODEL_NAMES = ("popularity", "ease", "als", "gmf", "mlp", "neumf", "ranker")
NETWORK_NAMES = ("gmf", "mlp", "neumf")

ModelName = Literal["popularity", "ease", "als", "gmf", "mlp", "neumf", "ranker"]


class NetworkSettings(Section):
    """What every network may set for itself; what it leaves out comes from [train]."""

    epochs: Epochs | None = Field(None, description="Overrides train.epochs.")
    batch_size: BatchSize | None = Field(None, description="Overrides train.batch_size.")
    learning_rate: LearningRate | None = Field(None, description="Overrides train.learning_rate.")
    negatives: ListLength | None = Field(None, description="Overrides sampling.train_negatives.")


class GmfSettings(NetworkSettings):
    """Generalised matrix factorisation."""

    factors: Width = Field(8, description="Width of the embeddings.")
    loss: Literal["log", "softmax"] | None = Field(None, description="Overrides train.loss.")


class MlpSettings(NetworkSettings):
    """The multi-layer perceptron."""

    factors: Width = Field(32, description="Width of each of the two embeddings.")
    hidden: Widths = Field((64, 32, 16, 8), description="Widths of the hidden layers.")


class NeumfSettings(NetworkSettings):
    """Both networks joined."""

    gmf_factors: Width = Field(8, description="Width of the GMF embeddings.")
    mlp_factors: Width = Field(32, description="Width of each of the MLP embeddings.")
    hidden: Widths = Field((64, 32, 16, 8), description="Widths of the hidden layers.")


class EaseSettings(Section):
    """The item-item baseline (Steck, 2019)."""

    regularization: PositiveFloat = Field(100.0, description="Lambda on the Gram matrix.")


class AlsSettings(Section):
    """Spark MLlib's ALS with implicit preferences (Hu, Koren, Volinsky, 2008)."""

    factors: Width = Field(64, description="Width of the factors.")
    iterations: ListLength = Field(10, description="Alternations.")
    regularization: PositiveFloat = Field(0.01, description="Lambda.")
    alpha: PositiveFloat = Field(10.0, description="Weight of an observed pair.")


class RankerSettings(Section):
    """The two-stage model: EASE proposes candidates, a small network orders them."""

    regularization: PositiveFloat = Field(100.0, description="EASE's lambda.")
    candidates: ListLength = Field(100, description="Items that EASE proposes for each user.")
    train_users: PositiveInt = Field(
        30_000,
        description="Users with one training item held out, on which the network learns to rank.",
    )
    hidden: Widths = Field((64, 32), description="Widths of the hidden layers.")
    epochs: Epochs = Field(8, description="Passes over the training users.")
    batch_users: BatchSize = Field(64, description="Users in a global batch.")
    learning_rate: LearningRate = Field(0.003, description="Adam's rate in the first step.")
