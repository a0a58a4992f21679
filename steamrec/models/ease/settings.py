"""The settings of EASE."""

from typing import ClassVar, Literal

from pydantic import Field

from steamrec.settings.search import Between, SearchRange
from steamrec.settings.section import ListLength, PositiveFloat, Section


class EaseSettings(Section):
    """The item-item baseline (Steck, 2019)."""

    search: ClassVar[dict[str, SearchRange]] = {"regularization": Between(20.0, 1_000.0)}

    regularization: PositiveFloat = Field(100.0, description="Lambda on the Gram matrix.")
    solver: Literal["auto", "dense", "sparse"] = Field(
        "auto",
        description="'dense': all weights, in closed form; memory grows with the square of the "
        "items. 'sparse': the largest weights of each item, for large catalogues. 'auto': dense "
        "where it takes less than half of the machine's memory.",
    )
    neighbours: ListLength = Field(
        100, description="Weights that each item keeps under the sparse solver."
    )
