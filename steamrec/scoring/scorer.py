"""The contract of every model: scores of users over the whole catalogue."""

from typing import Any, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from steamrec.data.user_batches import IntArray, LongArray, UserBatch
from steamrec.errors import NumericalError
from steamrec.scoring.finite import all_finite

FloatArray = npt.NDArray[np.float32]
Cells = tuple[LongArray, IntArray]
# The row in the batch and the item of each.
Targets = tuple[IntArray, IntArray]


class Scorer(Protocol):
    """A fitted model, ready to score.

    A user's scores depend only on the model and on that user's row of the batch:
    scoring a batch equals scoring each of its users alone, up to float rounding, and the same
    batch always gives the same bits. `name` is the model's, `items` the size of the catalogue.
    """

    name: str
    items: int

    def scores(self, batch: UserBatch) -> FloatArray:
        """float32 [users of the batch, items]; larger is better, every value finite.

        The batch's items are what each user is known to own (the training items); a model may
        use them or not. They are scored like all others: leaving them out is the caller's work.
        """
        ...


def finite_scores(scorer: Scorer, batch: UserBatch, stage: str) -> FloatArray:
    """scorer.scores(batch), as validation takes them; ranking and export take leading_scores.

    `stage` is what the scores are for, as the error says it. Raises NumericalError when a score is
    NaN or infinite: to a comparison such a score is neither better nor worse than others.
    """
    return _finite(scorer.scores(batch), scorer, stage)


def _finite(scores: FloatArray, scorer: Scorer, stage: str) -> FloatArray:
    if not all_finite(scores):
        raise NumericalError(
            f"The model '{scorer.name}' gives scores that are not finite ({stage}); fit it again "
            "with `steamrec train --fresh`, and lower its learning rate or raise its "
            "regularization if that repeats."
        )
    return scores


@runtime_checkable
class PartialScorer(Scorer, Protocol):
    """A scorer that need not order the whole catalogue of every user to serve what is asked."""

    def leading_scores(
        self, batch: UserBatch, depth: int, excluded: IntArray | None, targets: Targets | None
    ) -> FloatArray:
        """What scoring.scorer.leading_scores returns."""
        ...


def leading_scores(
    scorer: Scorer,
    batch: UserBatch,
    stage: str,
    depth: int,
    excluded: IntArray | None = None,
    targets: Targets | None = None,
) -> FloatArray:
    """float32 [users of the batch, items]: scores that serve lists and ranks as `scores` does.

    The same as `scores` to the bit for each user's `depth` best items that are neither owned nor
    excluded, and for the targets, (rows, items); every other item is on the same side of each
    of these. Which of two other items has the larger score may differ. Raises as finite_scores.
    """
    if isinstance(scorer, PartialScorer):
        return _finite(scorer.leading_scores(batch, depth, excluded, targets), scorer, stage)
    return finite_scores(scorer, batch, stage)


def owned_cells(batch: UserBatch) -> Cells:
    """The cells of a score matrix that the users own, as (rows, items)."""
    return np.repeat(np.arange(len(batch.users)), np.diff(batch.indptr)), batch.indices


def as_float32(array: npt.NDArray[Any]) -> FloatArray:
    """A contiguous float32 copy or view."""
    return np.ascontiguousarray(array, dtype=np.float32)
