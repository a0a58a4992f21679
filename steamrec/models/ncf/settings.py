"""The settings of the networks of neural collaborative filtering."""

from typing import ClassVar

from pydantic import Field

from steamrec.settings.networks import LossName, NetworkSettings
from steamrec.settings.search import RATE, WIDTHS, SearchRange
from steamrec.settings.section import Width, Widths


class GmfSettings(NetworkSettings):
    """Generalised matrix factorisation."""

    dot_product: ClassVar[bool] = True
    search: ClassVar[dict[str, SearchRange]] = {"factors": WIDTHS, "learning_rate": RATE}

    factors: Width = Field(8, description="Width of the embeddings.")
    loss: LossName | None = Field(None, description="Overrides train.loss.")


class MlpSettings(NetworkSettings):
    """The multi-layer perceptron."""

    search: ClassVar[dict[str, SearchRange]] = {"factors": WIDTHS, "learning_rate": RATE}

    factors: Width = Field(32, description="Width of each of the two embeddings.")
    hidden: Widths = Field((64, 32, 16, 8), description="Widths of the hidden layers.")


class NeumfSettings(NetworkSettings):
    """Both networks joined."""

    search: ClassVar[dict[str, SearchRange]] = {
        "gmf_factors": WIDTHS,
        "mlp_factors": WIDTHS,
        "learning_rate": RATE,
    }

    gmf_factors: Width = Field(8, description="Width of the GMF embeddings.")
    mlp_factors: Width = Field(32, description="Width of each of the MLP embeddings.")
    hidden: Widths = Field((64, 32, 16, 8), description="Widths of the hidden layers.")
