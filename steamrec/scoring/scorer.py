"""The contract of every model: scores of users over the whole catalogue."""

from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from steamrec.data.user_batches import Block, IntArray, LongArray
from steamrec.errors import NumericalError
from steamrec.scoring.finite import all_finite

FloatArray = npt.NDArray[np.float32]
Cells = tuple[LongArray, IntArray]


class Scorer(Protocol):
    """A fitted model, ready to score.

    The scores of a user depend on nothing but the model and that user's row of the block:
    scoring a block equals scoring each of its users alone, up to float rounding, and the same
    block always gives the same bits. `name` is the model's, `items` the size of the catalogue.
    """

    name: str
    items: int

    def scores(self, block: Block) -> FloatArray:
        """float32 [users of the block, items]; larger is better, every value finite.

        The block's items are what each user is known to own (the training items); a model may
        use them or not. They are scored like all others: leaving them out is the caller's work.
        """
        ...


def finite_scores(scorer: Scorer, block: Block, stage: str) -> FloatArray:
    """scorer.scores(block), which ranking, export and validation all take from here.

    `stage` is what the scores are for, as the error says it. Raises NumericalError when a score is
    NaN or infinite: to a comparison such a score is neither better nor worse than others.
    """
    scores = scorer.scores(block)
    if not all_finite(scores):
        raise NumericalError(
            f"The model '{scorer.name}' gives scores that are not finite ({stage}); fit it again "
            "with `steamrec train --fresh`, and lower its learning rate or raise its "
            "regularization if that repeats."
        )
    return scores


def owned_cells(block: Block) -> Cells:
    """The places of a score matrix that the users own, as (rows, items)."""
    return np.repeat(np.arange(len(block.users)), np.diff(block.offsets)), block.items


def as_float32(array: npt.NDArray[Any]) -> FloatArray:
    """A contiguous float32 copy or view."""
    return np.ascontiguousarray(array, dtype=np.float32)
