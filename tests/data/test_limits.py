"""What the numbers hold at most: the last value that fits, and the first that is refused."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from steamrec.data import limits
from steamrec.data.pairs import pair_key
from steamrec.data.user_batches import Role, UserBatch, read_pairs
from steamrec.errors import RunError, UsageError
from steamrec.models.popularity import ordered_float32
from steamrec.models.ranker.ngrams import between_keys, whole_counts
from steamrec.spark.row_index import MOST, MOST_IN_PARTITION, check_sizes


def test_a_position_holds_the_last_item_of_the_last_line_and_no_more():
    largest = 1 << limits.POSITION_BITS
    limits.check_libraries(limits.MOST_LINES, largest)
    last = (limits.MOST_LINES - 1) << limits.POSITION_BITS | largest - 1
    assert last == 2**63 - 1
    with pytest.raises(UsageError, match=r"has 1,048,577 items, and one may have at most 1,048,57"):
        limits.check_libraries(1, largest + 1)
    with pytest.raises(UsageError, match="lines, and steamrec takes at most"):
        limits.check_libraries(limits.MOST_LINES + 1, 1)


def test_a_key_holds_the_last_user_role_and_item():
    user, item = limits.MOST_USERS - 1, limits.MOST_ITEMS
    key = pair_key(user, max(Role), item)
    assert key == 2**63 - 1
    columns = [pa.array([3], pa.int32()), pa.array([key], pa.int64())]
    record_batch = pa.RecordBatch.from_arrays(columns, names=["batch", "key"])
    ((number, pairs),) = read_pairs(iter([record_batch]), *Role)
    assert number == 3
    assert [part.users.tolist() for part in pairs] == [[], [], [], [user]]
    assert [part.items.tolist() for part in pairs] == [[], [], [], [item]]


@pytest.mark.parametrize("most", [limits.MOST_USERS, limits.MOST_ITEMS, MOST["int"]])
def test_rows_are_numbered_up_to_the_limit(most):
    whole = [most // 2, most - most // 2]
    check_sizes(whole, "user", most)
    check_sizes([], "user", most)
    with pytest.raises(UsageError, match="rows to number by 'user'"):
        check_sizes([*whole, 1], "user", most)


def test_a_partition_has_rows_up_to_its_limit():
    check_sizes([MOST_IN_PARTITION, 5], "line", 2**63)
    with pytest.raises(UsageError, match="A partition has 8,589,934,593 rows"):
        check_sizes([MOST_IN_PARTITION + 1, 5], "line", 2**63)


def test_three_items_in_a_row_fit_a_key_up_to_the_limit():
    items = limits.MOST_RANKER_ITEMS
    limits.check_ranker_items(items)
    library = np.array([items - 1, items - 1, items - 1], np.int32)
    batch = UserBatch(0, np.array([0], np.int32), np.array([0, 3]), library, np.arange(3))
    assert between_keys(batch, items).tolist() == [items**3 - 1] == [2**63 - 1]
    with pytest.raises(
        RunError, match=r"has 2,097,153 items, and the model 'ranker' takes at most"
    ):
        limits.check_ranker_items(items + 1)


def test_owners_are_exact_in_float32_up_to_the_limit():
    limits.check_exact_counts(limits.MOST_EXACT, "ease")
    one = np.float32(1)
    assert np.float32(limits.MOST_EXACT - 1) + one == limits.MOST_EXACT
    assert np.float32(limits.MOST_EXACT) + one == limits.MOST_EXACT  # the next one is lost
    with pytest.raises(RunError, match="16,777,217 owners, and the model 'ease' counts at most"):
        limits.check_exact_counts(limits.MOST_EXACT + 1, "ease")


@pytest.mark.parametrize(
    ("most", "kind"), [(0, "u2"), (65_535, "u2"), (65_536, "u4"), (2**24, "u4")]
)
def test_co_owners_are_never_clipped(most, kind):
    counts = np.array([[0, most], [most, 3]], np.float32)
    found = whole_counts(counts)
    assert found.dtype == kind
    assert found.tolist() == counts.tolist()


@settings(deadline=None)
@given(st.lists(st.one_of(st.integers(0, 100), st.integers(2**24 - 2, 2**24 + 9)), max_size=20))
def test_popularity_keeps_the_order_of_the_owners(owners):
    found = ordered_float32(np.array(owners, np.int64))
    assert found.dtype == np.float32
    for a, score in zip(owners, found.tolist(), strict=True):
        assert a > 2**24 or score == a
        for b, other in zip(owners, found.tolist(), strict=True):
            assert (score > other) == (a > b)
