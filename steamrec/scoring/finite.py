"""Whether an array's numbers are finite, at the cost of a sum."""

from typing import Any

import numpy as np
import numpy.typing as npt


def all_finite(array: npt.NDArray[Any]) -> bool:
    """Whether no value is NaN or infinite; whole numbers always are finite.

    A sum with a NaN or an infinity in it is not finite, so a finite sum settles it in one pass
    without a mask of the array's shape. A sum that overflows alone is followed by a closer look.
    """
    if array.dtype.kind not in "fc":
        return True
    with np.errstate(all="ignore"):
        total = array.sum()
    return bool(np.isfinite(total)) or bool(np.isfinite(array).all())
