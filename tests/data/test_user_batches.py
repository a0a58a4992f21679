import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from steamrec.data.spark_batches import user_batches
from steamrec.data.user_batches import Pairs, Role, UserBatch, read_pairs

SIZE = 4
ITEM = 2**31 - 1  # the largest that there can be
PAIRS = {
    Role.FITTED: [(0, 2), (4, 0)],
    Role.NEGATIVE: [(0, 3), (0, 1), (5, ITEM), (22, 2)],
}
POSITIONS = {(0, 2): 7, (4, 0): 9}


def listed(record_batches):
    """What the reader makes of each user batch, as text."""
    import pyarrow as pa

    for number, parts in read_pairs(record_batches, *PAIRS):
        rows = [
            list(
                zip(
                    *(column.tolist() for column in (part.users, part.items, part.positions)),
                    strict=True,
                )
            )
            for part in parts
        ]
        yield pa.RecordBatch.from_pydict(
            {"batch": pa.array([number], pa.int32()), "rows": [repr(rows)]}
        )


def test_pairs_come_by_batch_and_role_in_order(spark):
    fitted = spark.createDataFrame(
        [(*pair, POSITIONS[pair]) for pair in PAIRS[Role.FITTED]],
        "user int, item int, position long",
    )
    negatives = spark.createDataFrame(PAIRS[Role.NEGATIVE], "user int, item int")
    tables = {Role.NEGATIVE: negatives, Role.FITTED: fitted}
    batches = user_batches(SIZE, tables, with_positions=True)
    rows = batches.mapInArrow(listed, "batch int, rows string").collect()
    assert {row["batch"]: eval(row["rows"]) for row in rows} == {
        0: [[(0, 2, 7)], [(0, 1, 0), (0, 3, 0)]],
        1: [[(4, 0, 9)], [(5, ITEM, 0)]],
        5: [[], [(22, 2, 0)]],
    }
    assert len(rows) == 3  # each batch whole


PAIR_SETS = st.sets(st.tuples(st.integers(0, 2**30 - 1), st.integers(0, ITEM)), max_size=40)


def pairs_of(rows):
    users, items = (np.array([row[i] for row in rows], np.int64) for i in (0, 1))
    return Pairs.of(users, items, np.arange(len(rows)))


def rows_of(pairs):
    return list(zip(pairs.users.tolist(), pairs.items.tolist(), strict=True))


@given(PAIR_SETS, PAIR_SETS)
def test_pairs_and_user_batches_hold_the_same_pairs(some, more):
    rows = list(some)
    pairs = pairs_of(rows)
    assert rows_of(pairs) == sorted(rows)
    assert [rows[position] for position in pairs.positions] == sorted(rows)
    batch = UserBatch.of(3, pairs)
    assert rows_of(batch.pairs()) == sorted(rows)
    for row, user in enumerate(batch.users.tolist()):
        items = batch.indices[batch.indptr[row] : batch.indptr[row + 1]].tolist()
        assert items == sorted(item for owner, item in rows if owner == user)
    others = pairs_of([pair for pair in more if pair not in some])
    assert rows_of(pairs.merged(others)) == sorted(some | more)
    users = np.unique(others.users)
    assert rows_of(pairs.of_users(users)) == [row for row in sorted(rows) if row[0] in users]


@pytest.mark.parametrize("whole", [True, False])
def test_pairs_are_merged_without_positions_unless_all_have_them(whole):
    one, other = pairs_of([(0, 5), (2, 1)]), pairs_of([(1, 3)])
    other = other if whole else Pairs(other.packed)
    merged = one.merged(other)
    assert rows_of(merged) == [(0, 5), (1, 3), (2, 1)]
    assert (merged.positions is not None) is whole
    assert not whole or merged.positions.tolist() == [0, 0, 1]
