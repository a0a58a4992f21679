"""What all sections of the settings share: their base and the kinds of values, with bounds.

The bounds are those of the machinery behind a setting (a C long, TensorFlow's sizes) or lie far
above anything that makes sense, so that a misplaced zero is refused before work starts.
"""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

INT_MAX = 2**31 - 1


def _each_once(values: tuple[object, ...]) -> tuple[object, ...]:
    for value in values:
        if values.count(value) > 1:
            raise ValueError(f"has {value!r} twice")
    return values


def _no_control(text: str) -> str:
    if any(ord(letter) < 32 or letter == "\x7f" for letter in text):
        raise ValueError("must not contain control characters")
    return text


def _some(text: str) -> str:
    if not text.strip():
        raise ValueError("must not be empty")
    return text


EachOnce = AfterValidator(_each_once)
Text = Annotated[str, AfterValidator(_no_control)]
NonEmptyText = Annotated[str, AfterValidator(_no_control), AfterValidator(_some)]
Seed = Annotated[int, Field(ge=0, le=INT_MAX)]
PositiveInt = Annotated[int, Field(ge=1, le=INT_MAX)]
Count = Annotated[int, Field(ge=0, le=INT_MAX)]
Epochs = Annotated[int, Field(ge=1, le=10_000)]
BatchSize = Annotated[int, Field(ge=1, le=2**24)]
Width = Annotated[int, Field(ge=1, le=4_096)]
Widths = Annotated[tuple[Width, ...], Field(min_length=1, max_length=16)]
ListLength = Annotated[int, Field(ge=1, le=10_000)]
PositiveFloat = Annotated[float, Field(gt=0, le=1e9, allow_inf_nan=False)]
LearningRate = Annotated[float, Field(gt=0, le=10, allow_inf_nan=False)]
Price = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Fraction = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]


class Section(BaseModel):
    """The base of all sections: strict types, finite numbers, no unknown keys, immutable."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)

    @property
    def section_class(self) -> type["Section"]:
        """The class of the section; also that of a section behind a SettingsRecorder."""
        return type(self)
