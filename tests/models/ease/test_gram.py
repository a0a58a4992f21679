"""Counting in sparse halves, against dense products; one inverse on any number of cores."""

import hashlib
import os
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from steamrec.errors import RunError
from steamrec.models.ease.dense import ease_weights
from steamrec.models.ease.gram import TILE, add_upper, mirror, upper_gram
from tests.models.ranker.worlds import batch_of

LIBRARY = st.lists(st.integers(0, 14), unique=True)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.lists(LIBRARY), min_size=1, max_size=3))
def test_the_parts_of_blocks_sum_to_the_gram_matrix(batches):
    gram, owned = np.zeros((15, 15), np.float32), np.zeros((0, 15))
    for libraries in batches:
        part = upper_gram(batch_of(libraries), 15)
        assert (part.counts > 0).all()
        add_upper(gram, part)
        rows = [np.isin(np.arange(15), library) for library in libraries]
        owned = np.concatenate([owned, np.array(rows, float).reshape(-1, 15)])
    assert not np.tril(gram, -1).any()
    mirror(gram)
    assert (gram == owned.T @ owned).all()


@pytest.mark.parametrize("size", [1, TILE - 1, TILE, TILE + 1, 2 * TILE + 7])
@pytest.mark.parametrize("order", ["C", "F"])
def test_mirror_copies_the_upper_triangle(size, order):
    matrix = np.array(np.random.default_rng(size).random((size, size)), np.float32, order=order)
    expected = np.triu(matrix) + np.triu(matrix, 1).T
    mirror(matrix)
    assert (matrix == expected).all()


def test_the_weights_take_the_memory_of_the_gram_matrix():
    x = (np.random.default_rng(0).random((60, 20)) < 0.3).astype(np.float32)
    gram = x.T @ x
    inverse = np.linalg.inv(gram.astype(float) + 5 * np.eye(20))
    expected = -inverse / np.diag(inverse)[None, :]
    np.fill_diagonal(expected, 0)
    weights = ease_weights(gram, 5.0)
    assert np.shares_memory(weights, gram) and weights.flags.c_contiguous
    np.testing.assert_allclose(weights, expected, atol=1e-4)


def test_a_matrix_without_an_inverse_names_the_setting():
    with pytest.raises(RunError, match=r"raise train\.ease\.regularization"):
        ease_weights(np.full((3, 3), -1, np.float32), 0.5)


def weights_hash():
    x = (np.random.default_rng(0).random((2000, 300)) < 0.1).astype(np.float32)
    return hashlib.sha256(ease_weights(x.T @ x, 5.0).tobytes()).hexdigest()


def test_the_weights_have_the_same_bits_on_one_core():
    """LAPACK splits its sums by its number of threads, which follows the cores unless told."""
    script = "from tests.models.ease.test_gram import weights_hash; print(weights_hash())"
    done = subprocess.run(
        [sys.executable, "-c", script],
        env=os.environ | {"OPENBLAS_NUM_THREADS": "1", "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True, text=True, check=True, timeout=300,
    )  # fmt: skip
    assert done.stdout.strip() == weights_hash()
