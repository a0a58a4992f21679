"""Sparse weights against dense ones, and against a regression written out."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from steamrec.errors import RunError
from steamrec.models.ease import sparse as solver
from steamrec.models.ease.dense import ease_weights
from steamrec.models.ease.gram import upper_gram
from steamrec.models.ease.scorer import EaseScorer
from steamrec.models.ease.solver import RANKER_BYTES, check_dense, choose_solver, dense_bytes
from steamrec.models.ease.sparse import SparseGram, sparse_weights
from steamrec.models.ease.sparse_arrays import to_arrays
from steamrec.scoring.artifact import Artifact
from tests.models.ranker.worlds import batch_of

LIBRARIES = st.lists(st.lists(st.integers(0, 11), unique=True), min_size=1, max_size=30)
ITEMS = 12


def owned_by(libraries):
    return np.array([np.isin(np.arange(ITEMS), library) for library in libraries], float)


def gram_of(*batches):
    return SparseGram.of((upper_gram(batch_of(batch), ITEMS) for batch in batches), ITEMS)


@settings(max_examples=60, deadline=None)
@given(LIBRARIES, LIBRARIES)
def test_the_sparse_gram_is_the_sum_of_its_parts(one, other):
    gram = gram_of(one, other)
    owned = owned_by(one + other)
    expected = owned.T @ owned
    assert gram.owners.tolist() == np.diag(expected).tolist()
    for item in range(ITEMS):
        row = slice(gram.starts[item], gram.starts[item + 1])
        near = [j for j in range(ITEMS) if j != item and expected[item, j]]
        assert gram.others[row].tolist() == near
        assert gram.counts[row].tolist() == expected[item, near].tolist()


@settings(max_examples=60, deadline=None)
@given(LIBRARIES)
def test_with_room_for_all_items_the_weights_are_the_dense_ones(libraries):
    owned = owned_by(libraries).astype(np.float32)
    expected = ease_weights(owned.T @ owned, 2.0)
    # Items that nobody owns together get a weight of the dense solution by others in between.
    found = sparse_weights(gram_of(libraries), 2.0, ITEMS).toarray()
    together = owned.T @ owned > 0
    whole = together.all(axis=0)
    np.testing.assert_allclose(found[:, whole], expected[:, whole], atol=1e-4)
    assert not found[~together].any()
    assert not np.diag(found).any()


def by_the_book(owned, item, kept, regularization):
    """Ridge regressions written out: on the nearest items, then on those with most weight."""
    gram = owned.T @ owned
    near = [j for j in range(ITEMS) if j != item and gram[j, item]]
    near.sort(key=lambda j: (-gram[j, item] / gram[j, j] ** 0.5, j))
    near = sorted(near[: solver.CONSIDERED])

    def ridge(items):
        matrix = gram[np.ix_(items, items)] + regularization * np.eye(len(items))
        return np.linalg.solve(matrix, gram[items, item])

    weights = ridge(near) if near else np.empty(0)
    best = sorted(sorted(range(len(near)), key=lambda k: -abs(weights[k]))[:kept])
    near = [near[k] for k in best]
    return dict(zip(near, ridge(near) if near else [], strict=True))


@pytest.mark.parametrize(("considered", "kept"), [(300, 3), (5, 3), (5, 9), (1, 1)])
def test_a_column_is_a_regression_on_the_nearest_items(monkeypatch, considered, kept):
    monkeypatch.setattr(solver, "CONSIDERED", considered)
    rng = np.random.default_rng(considered + kept)
    libraries = [rng.permutation(ITEMS)[: rng.integers(1, 9)].tolist() for _ in range(150)]
    found = sparse_weights(gram_of(libraries), 4.0, kept).tocsc()
    for item in range(ITEMS):
        column = found[:, [item]].tocoo()
        expected = by_the_book(owned_by(libraries), item, kept, 4.0)
        assert sorted(column.row.tolist()) == sorted(expected)
        np.testing.assert_allclose(
            column.data, [expected[row] for row in column.row.tolist()], rtol=1e-3, atol=1e-5
        )


def test_the_bits_do_not_depend_on_the_cores(monkeypatch):
    monkeypatch.setattr(solver, "ITEMS_PER_TASK", 2)
    rng = np.random.default_rng(3)
    gram = gram_of([rng.permutation(ITEMS)[:6].tolist() for _ in range(90)])
    weights = []
    for cores in (1, 2, 7):
        monkeypatch.setattr(solver.os, "sched_getaffinity", lambda _, n=cores: range(n))
        weights.append(sparse_weights(gram, 1.0, 4).toarray().tobytes())
    assert len(set(weights)) == 1


@settings(max_examples=40, deadline=None)
@given(LIBRARIES)
def test_scores_are_those_of_the_same_weights_in_dense_form(libraries):
    weights = sparse_weights(gram_of(libraries), 2.0, 3)
    artifact = Artifact("ease", to_arrays(weights), len(libraries), ITEMS)
    batch = batch_of(libraries)
    found = EaseScorer(artifact).scores(batch)
    assert (found == EaseScorer.of(weights.toarray()).scores(batch)).all()


def test_catalogues_without_pairs_have_no_weights():
    for libraries in ([[]], [[4]], [[0], [1], [2]]):
        assert sparse_weights(gram_of(libraries), 1.0, 3).nnz == 0


def test_the_solver_follows_the_memory():
    most = 100_000
    assert choose_solver("auto", most, dense_bytes(most) * 2) == "dense"
    assert choose_solver("auto", most, dense_bytes(most) * 2 - 2) == "sparse"
    assert choose_solver("auto", most, None) == "dense"
    assert choose_solver("sparse", 3, None) == "sparse"
    assert choose_solver("dense", most, dense_bytes(most)) == "dense"
    with pytest.raises(RunError, match=r"ranker: dense weights of 100,000 items take 83.8 GB"):
        check_dense("ranker", most, RANKER_BYTES, 2**34, "take it out")
    with pytest.raises(RunError, match=r"take 46.6 GB.*set train\.ease\.solver to sparse"):
        choose_solver("dense", most, dense_bytes(most) - 1)
