"""Sparse item-item weights as the arrays of an artifact, row by row.

Item i has weights for the items weight_targets[weight_starts[i] : weight_starts[i + 1]],
ascending, and their values. weight_starts: int64 [items + 1]; weight_targets: int32;
weight_values: float32.
"""

from typing import TYPE_CHECKING

import numpy as np

from steamrec.scoring.artifact import Arrays
from steamrec.scoring.scorer import FloatArray

if TYPE_CHECKING:
    from scipy import sparse

STARTS, TARGETS, VALUES = "weight_starts", "weight_targets", "weight_values"


def to_arrays(weights: "sparse.csr_matrix") -> Arrays:
    """The arrays of sparse weights, [items, items]."""
    ordered = weights.sorted_indices()
    return {
        STARTS: ordered.indptr.astype(np.int64),
        TARGETS: ordered.indices.astype(np.int32),
        VALUES: ordered.data.astype(np.float32),
    }


def dense_rows(arrays: Arrays, rows: list[int], items: int) -> FloatArray:
    """float32 [rows, items]: these rows of the weights, in dense form."""
    found = np.zeros((len(rows), items), np.float32)
    for row, item in zip(found, rows, strict=True):
        part = slice(int(arrays[STARTS][item]), int(arrays[STARTS][item + 1]))
        row[arrays[TARGETS][part]] = arrays[VALUES][part]
    return found
