"""Sparse item-item weights, for catalogues whose dense matrix would not fit in memory.

EASE's weights of item j solve a ridge regression of j on all other items. Here the regression is on
few items, as in SLIM with feature selection (Ning and Karypis, ICDM 2011): on the CONSIDERED items
most owned together with j, then again on those of them whose weights are largest.
"""

import os
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from steamrec.data.user_batches import IntArray, LongArray
from steamrec.errors import NumericalError
from steamrec.models.compiled import INTS, LONGS, MATRIX_OUT, NOTHING, compiled
from steamrec.models.ease.gram import UpperGram
from steamrec.scoring.scorer import FloatArray

CONSIDERED = 300
ITEMS_PER_TASK = 128


@dataclass(frozen=True)
class SparseGram:
    """How many users own both of two items, as sparse rows without the diagonal.

    Row i has the items others[starts[i] : starts[i + 1]], ascending, and their counts. starts:
    int64 [items + 1]; others, counts: int32. owners: float32 [items], the diagonal.
    """

    starts: LongArray
    others: IntArray
    counts: IntArray
    owners: FloatArray

    @classmethod
    def of(cls, parts: Iterable[UpperGram], items: int) -> "SparseGram":
        """The sum of the parts' counts."""
        upper = sparse.csr_matrix((items, items), dtype=np.int32)
        for part in parts:
            entries = (part.counts, part.others, part.starts)
            upper = upper + sparse.csr_matrix(entries, shape=(items, items))
        owners = upper.diagonal().astype(np.float32)
        upper = sparse.triu(upper, 1, format="csr")
        whole = (upper + upper.T).tocsr()
        whole.sort_indices()
        return cls(
            whole.indptr.astype(np.int64),
            whole.indices.astype(np.int32),
            whole.data.astype(np.int32),
            owners,
        )


def sparse_weights(
    gram: SparseGram, regularization: float, kept: int, model: str = "ease"
) -> sparse.csr_matrix:
    """float32 [items, items]: at most `kept` weights in each column, zero on the diagonal.

    The same bits on any number of cores. Raises NumericalError when a weight is not finite, which
    a larger regularization mends.
    """
    from threadpoolctl import threadpool_limits

    items = len(gram.owners)

    def solve(first: int) -> list[tuple[IntArray, FloatArray]]:
        last = min(first + ITEMS_PER_TASK, items)
        return [_column(gram, item, regularization, kept) for item in range(first, last)]

    cores = len(os.sched_getaffinity(0))
    # One BLAS thread for each of the threads here, and the same bits however many there are.
    with threadpool_limits(1, "blas"), ThreadPoolExecutor(cores) as pool:
        tasks = pool.map(solve, range(0, items, ITEMS_PER_TASK))
        columns = [column for part in tasks for column in part]
    starts = np.cumsum([0, *(len(rows) for rows, _ in columns)])
    rows = np.concatenate([rows for rows, _ in columns])
    values = np.concatenate([values for _, values in columns])
    if not np.isfinite(values).all():
        raise NumericalError(
            f"train/{model}: the weights are not finite; raise train.{model}.regularization."
        )
    return sparse.csc_matrix((values, rows, starts), shape=(items, items)).tocsr()


def _column(
    gram: SparseGram, item: int, regularization: float, kept: int
) -> tuple[IntArray, FloatArray]:
    """The items that `item` has weights from, ascending, and their weights."""
    row = slice(gram.starts[item], gram.starts[item + 1])
    others, counts = gram.others[row], gram.counts[row].astype(np.float32)
    # How often they are owned with the item, against how often they are owned at all.
    near = _largest(counts / np.sqrt(gram.owners[others]), CONSIDERED)
    others, counts = others[near], counts[near]
    matrix = np.zeros((len(others), len(others)), np.float32)
    _fill_gram(gram.starts, gram.others, gram.counts, others, matrix)
    matrix[np.diag_indices(len(others))] = gram.owners[others] + np.float32(regularization)
    weights = np.linalg.solve(matrix, counts)
    if len(others) > kept:
        best = _largest(np.abs(weights), kept)
        others = others[best]
        weights = np.linalg.solve(matrix[np.ix_(best, best)], counts[best])
    return others, weights


def _largest(values: FloatArray, count: int) -> LongArray:
    """The positions of the `count` largest values, ascending; of equal ones the first."""
    if len(values) <= count:
        return np.arange(len(values))
    return np.sort(np.argsort(-values, kind="stable")[:count])


@compiled(NOTHING, LONGS, INTS, INTS, INTS, MATRIX_OUT)
def _fill_gram(
    starts: LongArray, others: IntArray, counts: IntArray, items: IntArray, matrix: FloatArray
) -> None:
    """Fill the square `matrix` with the counts between `items`, ascending."""
    for row in range(len(items)):
        left, end = starts[items[row]], starts[items[row] + 1]
        for column in range(row + 1, len(items)):
            # The entries are ascending too: those of later items are right of `left`.
            right = end
            while left < right:
                middle = (left + right) // 2
                if others[middle] < items[column]:
                    left = middle + 1
                else:
                    right = middle
            if left == end:
                break
            if others[left] == items[column]:
                matrix[row, column] = counts[left]
                matrix[column, row] = counts[left]
