"""What the sections of all networks under [train] share."""

from typing import ClassVar, Literal

from pydantic import Field

from steamrec.settings.search import RATE, SearchRange
from steamrec.settings.section import BatchSize, Epochs, LearningRate, ListLength, Section

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

    `dot_product` says that it scores by one, as the softmax loss needs; `search` what
    `steamrec tune` searches.
    """

    dot_product: ClassVar[bool] = False
    search: ClassVar[dict[str, SearchRange]] = {"learning_rate": RATE}

    epochs: Epochs | None = Field(None, description="Overrides train.epochs.")
    batch_size: BatchSize | None = Field(None, description="Overrides train.batch_size.")
    learning_rate: LearningRate | None = Field(None, description="Overrides train.learning_rate.")
    negatives: ListLength | None = Field(None, description="Overrides sampling.train_negatives.")
