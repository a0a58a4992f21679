"""The check that a fit gave numbers: a model with a NaN in it ranks whatever it meets first."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from steamrec.errors import NumericalError


def refuse_non_finite(
    arrays: Mapping[str, npt.NDArray[Any]], model: str, advice: str, epoch: int | None = None
) -> None:
    """Raise NumericalError when a float array holds a NaN or an infinity.

    `advice` says what to do ("lower train.learning_rate"); `epoch` which one ended so.
    """
    for name, array in arrays.items():
        if np.issubdtype(array.dtype, np.floating) and not np.isfinite(array).all():
            after = "" if epoch is None else f" after epoch {epoch}"
            raise NumericalError(
                f"train/{model}: {name} has values that are not finite numbers{after}; {advice}."
            )
