"""The counts of parts add up to the counts of the whole."""

from collections import Counter

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from steamrec.models.ranker.counting import merge_counts

KEYS = st.lists(st.integers(0, 2**62) | st.integers(0, 5), max_size=20)


@given(st.lists(KEYS, max_size=5))
def test_counts_are_summed_by_key(parts):
    counted = (np.unique(np.array(part, np.int64), return_counts=True) for part in parts)
    keys, counts = merge_counts((key, count.astype(np.int64)) for key, count in counted)
    wanted = sorted(Counter(key for part in parts for key in part).items())
    assert list(zip(keys.tolist(), counts.tolist(), strict=True)) == wanted
    assert keys.dtype == counts.dtype == np.int64
