"""Sparse item-item weights as the arrays of an artifact, row by row.

Item i has weights for the items weight_targets[weight_starts[i] : weight_starts[i + 1]],
ascending, and their values. weight_starts: int64 [items + 1]; weight_targets: int32;
weight_values: float32.
"""

import numpy as np
from scipy import sparse

from steamrec.scoring.artifact import Arrays

STARTS, TARGETS, VALUES = "weight_starts", "weight_targets", "weight_values"


def to_arrays(weights: sparse.csr_matrix) -> Arrays:
    """The arrays of sparse weights, [items, items]."""
    ordered = weights.sorted_indices()
    return {
        STARTS: ordered.indptr.astype(np.int64),
        TARGETS: ordered.indices.astype(np.int32),
        VALUES: ordered.data.astype(np.float32),
    }
