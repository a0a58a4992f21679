"""The settings of the ranker."""

from typing import ClassVar

from pydantic import Field

from steamrec.settings.search import Between, SearchRange
from steamrec.settings.section import (
    BatchSize,
    Epochs,
    LearningRate,
    ListLength,
    PositiveFloat,
    PositiveInt,
    Section,
    Widths,
)


class RankerSettings(Section):
    """EASE proposes candidates, a small network orders them."""

    search: ClassVar[dict[str, SearchRange]] = {
        "regularization": Between(30.0, 500.0),
        "epochs": Between(2, 12),
        "learning_rate": Between(0.0005, 0.01),
    }

    regularization: PositiveFloat = Field(100.0, description="Lambda of EASE.")
    candidates: ListLength = Field(100, description="Items that EASE proposes for each user.")
    train_users: PositiveInt = Field(
        30_000,
        description="Users with one training item held out, on which the network learns to rank.",
    )
    hidden: Widths = Field((64, 32), description="Widths of the hidden layers.")
    epochs: Epochs = Field(8, description="Passes over the training users.")
    batch_users: BatchSize = Field(64, description="Users in a global batch.")
    learning_rate: LearningRate = Field(
        0.003, description="Adam's learning rate at the first step."
    )
