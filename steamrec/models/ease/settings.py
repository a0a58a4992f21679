"""The settings of EASE."""

from typing import ClassVar

from pydantic import Field

from steamrec.settings.search import Between, SearchRange
from steamrec.settings.section import PositiveFloat, Section


class EaseSettings(Section):
    """The item-item baseline (Steck, 2019)."""

    search: ClassVar[dict[str, SearchRange]] = {"regularization": Between(20.0, 1_000.0)}

    regularization: PositiveFloat = Field(100.0, description="Lambda on the Gram matrix.")
