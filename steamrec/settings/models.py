"""The settings of the models, one section each under [train]."""

from typing import ClassVar, Literal, get_args

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

ModelName = Literal["popularity", "ease", "als", "gmf", "mlp", "neumf", "ranker"]
MODEL_NAMES: tuple[str, ...] = get_args(ModelName)
LossName = Literal["log", "softmax"]
ScheduleName = Literal["cosine", "constant"]


class TrainingSettings(Section):
    """How one network is trained: what its section sets, and [train] where that sets nothing.

    `batch_size` is in training rows, or in positives under the softmax.
    """

    epochs: int
    batch_size: int
    learning_rate: float
    negatives: int
    seed: int
    patience: int
    schedule: ScheduleName
    loss: LossName
    warm_start: bool

    @property
    def sampled_negatives(self) -> int:
        """The sampled negatives of each positive; a softmax shares those of its batch."""
        return 0 if self.loss == "softmax" else self.negatives

    @property
    def positives(self) -> int:
        """The positives in a global batch; each brings its sampled negatives."""
        return max(1, self.batch_size // (1 + self.sampled_negatives))


class NetworkSettings(Section):
    """What every network may set for itself; what it leaves out comes from [train].

    `dot_product` says that it scores by one, as the softmax loss needs.
    """

    dot_product: ClassVar[bool] = False

    epochs: Epochs | None = Field(None, description="Overrides train.epochs.")
    batch_size: BatchSize | None = Field(None, description="Overrides train.batch_size.")
    learning_rate: LearningRate | None = Field(None, description="Overrides train.learning_rate.")
    negatives: ListLength | None = Field(None, description="Overrides sampling.train_negatives.")


class GmfSettings(NetworkSettings):
    """Generalised matrix factorisation."""

    dot_product: ClassVar[bool] = True

    factors: Width = Field(8, description="Width of the embeddings.")
    loss: LossName | None = Field(None, description="Overrides train.loss.")


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


class ModelSections(Section):
    """One section for each model that has settings."""

    gmf: GmfSettings = GmfSettings()
    mlp: MlpSettings = MlpSettings()
    neumf: NeumfSettings = NeumfSettings()
    ease: EaseSettings = EaseSettings()
    als: AlsSettings = AlsSettings()
    ranker: RankerSettings = RankerSettings()


NETWORK_NAMES: tuple[str, ...] = tuple(
    name
    for name, field in ModelSections.model_fields.items()
    if isinstance(field.default, NetworkSettings)
)
