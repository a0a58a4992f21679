"""The scales of the features: from the rows, finite for any rows, and the same bits each time."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from steamrec.models.ease.scorer import EaseScorer
from steamrec.models.ranker.epochs import CHUNK, scale_rows
from steamrec.models.ranker.fallback import TAIL_FEATURES
from steamrec.models.ranker.features import FEATURES
from steamrec.models.ranker.scales import CLIP, Scales, measure_scales
from steamrec.models.ranker.tasks import candidate_rows, tail_rows
from tests.models.ranker.worlds import batch_of, flat_libraries, retrieval_of, short_libraries

TWO = {"plain": False, "chance": True}


def columns(table):
    return np.moveaxis(table, -1, 0)


def test_a_plain_feature_gets_mean_0_and_spread_1_and_a_chance_its_logarithm_first():
    table = np.array([[1, 0], [3, 0.25], [5, 1], [7, 0.25]], np.float32)
    scales = measure_scales(lambda: [table[:3], table[3:]], TWO)
    floor = 0.02 * 0.5  # the mean of the three above 0
    assert scales.floors.tolist() == pytest.approx([0, floor])
    logs = np.log(table[:, 1] + floor)
    wanted = np.stack([(table[:, 0] - 4) / 5**0.5, (logs - logs.mean()) / logs.std()], axis=1)
    np.testing.assert_allclose(scales.scaled(columns(table)), wanted, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("value", [0.0, 0.1, -7.3, 1e-20, 3e7])
def test_what_is_the_same_in_all_rows_never_says_anything(value):
    table = np.full((1_000, 2), value, np.float32)
    scales = measure_scales(lambda: [table], TWO)
    assert scales.factors.tolist() == [0, 0]
    other = np.array([[value + 5, value + 50]], np.float32)
    assert not scales.scaled(columns(other)).any()


def test_no_row_at_all_has_scales():
    scales = measure_scales(lambda: [], TWO)
    assert all(np.isfinite(array).all() for array in scales.arrays().values())
    assert not scales.scaled(columns(np.ones((3, 2), np.float32))).any()


numbers = st.floats(-(2.0**60), 2.0**60, width=32)


@pytest.mark.filterwarnings("error")
@settings(max_examples=200, deadline=None)
@given(arrays.arrays(np.float32, st.tuples(st.integers(0, 30), st.just(2)), elements=numbers))
def test_any_rows_have_finite_scales_within_the_clip(table):
    scales = measure_scales(lambda: [table], TWO)
    assert all(np.isfinite(array).all() for array in scales.arrays().values())
    scaled = scales.scaled(columns(table))
    assert scaled.dtype == np.float32 and scaled.shape == table.shape
    assert np.isfinite(scaled).all() and (np.abs(scaled) <= CLIP).all()


def test_scales_are_kept_with_a_network():
    scales = measure_scales(lambda: [np.random.default_rng(1).random((9, 2), "f4")], TWO)
    kept = Scales.from_arrays(scales.arrays("tail_") | {"other": np.zeros(1)}, "tail_")
    for name, array in scales.arrays().items():
        assert (kept.arrays()[name] == array).all() and array.dtype == np.float32


def test_rows_that_are_not_valid_do_not_count():
    rng = np.random.default_rng(2)
    rows = rng.random((CHUNK + 3, 4, 3), "f4")
    rows[:, :, -1] = 1
    rows[:, 2:, -1] = 0
    other = rows.copy()
    other[:, 2:, :2] = 1e6
    assert [a.tolist() for a in vars(scale_rows(rows, TWO)).values()] == [
        a.tolist() for a in vars(scale_rows(other, TWO)).values()
    ]
    assert abs(rows[:, :2, 0].mean()) < 1e-4 and rows[:, :2, 0].std() == pytest.approx(1, abs=1e-4)


@pytest.mark.parametrize("make", [short_libraries, flat_libraries])
def test_features_of_catalogues_unlike_steams_are_not_cut_off(make):
    """With the scales of Steam's file up to 98 % of a feature's values lay at the clip."""
    libraries, items = make(800, 300, 1)
    known, targets = [row[1:] for row in libraries], np.array([row[0] for row in libraries])
    retrieval, batch = retrieval_of(known, items, 100.0), batch_of(known)
    ease = EaseScorer.of(retrieval.weights).scores(batch)
    for rows, features in (
        (candidate_rows(retrieval, ease, batch, targets, 50), FEATURES),
        (tail_rows(retrieval, ease, batch, targets, 50, 1), TAIL_FEATURES),
    ):
        assert len(rows) > 100
        scale_rows(rows, features)
        values = rows[rows[..., -1] > 0][:, :-1]
        assert ((np.abs(values) >= CLIP).mean(axis=0) < 0.03).all()
        spreads = values.std(axis=0)
        assert ((spreads == 0) | (spreads > 0.3)).all()
        assert (spreads > 0).sum() >= len(features) - 3
