"""The contract of every model: scores of users over the whole catalogue."""

from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from steamrec.data.user_batches import Block, IntArray, LongArray

FloatArray = npt.NDArray[np.float32]
Cells = tuple[LongArray, IntArray]


class Scorer(Protocol):
    """A fitted model, ready to score.

    The scores of a user depend on nothing but the model and that user's row of the block:
    scoring a block equals scoring each of its users alone, up to float rounding, and the same
    block always gives the same bits.
    """

    items: int

    def scores(self, block: Block) -> FloatArray:
        """float32 [users of the block, items]; larger is better, every value finite.

        The block's items are what each user is known to own (the training items); a model may
        use them or not. They are scored like all others: leaving them out is the caller's work.
        """
        ...


def owned_mask(block: Block, items: int) -> npt.NDArray[np.bool_]:
    """bool [users of the block, items]: True where the user owns the item."""
    mask = np.zeros((len(block.users), items), dtype=np.bool_)
    mask[owned_cells(block)] = True
    return mask


def owned_cells(block: Block) -> Cells:
    """The places of a score matrix that the users own, as (rows, items)."""
    return np.repeat(np.arange(len(block.users)), np.diff(block.offsets)), block.items


def as_float32(array: npt.NDArray[Any]) -> FloatArray:
    """A contiguous float32 copy or view."""
    return np.ascontiguousarray(array, dtype=np.float32)
