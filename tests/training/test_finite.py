import numpy as np
import pytest

from steamrec.errors import NumericalError
from steamrec.training.finite import refuse_non_finite


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_what_is_not_finite_is_named(value):
    arrays = {"steps": np.arange(3), "output/kernel": np.array([1, value], np.float32)}
    expected = r"train/mlp: output/kernel .* after epoch 2; lower train\.learning_rate"
    with pytest.raises(NumericalError, match=expected):
        refuse_non_finite(arrays, "mlp", "lower train.learning_rate", 2)


def test_finite_arrays_pass():
    arrays = {"a": np.full(3, np.finfo(np.float32).max), "b": np.array([], np.float32)}
    refuse_non_finite(arrays, "mlp", "lower train.learning_rate")
