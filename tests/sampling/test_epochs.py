from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from steamrec.data.user_batches import UserBatch
from steamrec.sampling import epochs
from steamrec.sampling.epochs import epoch_rows, in_buckets, in_random_order, rows_hash


def world(seed=0, users=50, items=40):
    rng = np.random.default_rng(seed)
    owned = [np.sort(rng.choice(items, rng.integers(2, 20), replace=False)) for _ in range(users)]
    indptr = np.cumsum([0, *map(len, owned)])
    return UserBatch(
        0, np.arange(users, dtype=np.int32), indptr, np.concatenate(owned).astype("i4")
    )


def fitted(batch):
    keep = np.ones(len(batch.indices), bool)
    keep[batch.indptr[:-1]] = False  # the first item of each user is held out
    indptr = batch.indptr - np.arange(len(batch.indptr))
    return UserBatch(0, batch.users, indptr, batch.indices[keep])


def test_a_row_is_a_positive_with_negatives_of_its_user():
    batch = world()
    positives = fitted(batch)
    rows = epoch_rows(batch, positives, 3, 40, 1, 0)
    owners = np.repeat(positives.users, np.diff(positives.indptr))
    assert rows[0].tolist() == owners.tolist()
    assert rows[1].tolist() == positives.indices.tolist()
    for user, *negatives in rows[[0, 2, 3, 4]].T.tolist():
        owned = batch.indices[batch.indptr[user] : batch.indptr[user + 1]]
        assert not set(negatives) & set(owned.tolist())


def test_users_without_positives_give_no_rows():
    batch = world(users=3)
    some = UserBatch(0, np.array([1], "i4"), np.array([0, 1]), batch.indices[batch.indptr[1] :][:1])
    rows = epoch_rows(batch, some, 2, 40, 1, 0)
    assert rows[0].tolist() == [1]


def test_buckets_and_order_do_not_depend_on_how_rows_were_parted():
    batch = world()
    rows = epoch_rows(batch, fitted(batch), 2, 40, 1, 0)

    def ordered(parts):
        buckets = zip(*(in_buckets(part, 3, 1, 0) for part in parts), strict=True)
        joined = (np.concatenate(bucket, axis=1) for bucket in buckets)
        return [in_random_order(bucket, 1, 0).T.tolist() for bucket in joined]

    whole = ordered([rows])
    assert ordered(np.array_split(rows[:, ::-1], 7, axis=1)) == whole
    assert sorted(row for bucket in whole for row in bucket) == sorted(rows.T.tolist())
    assert min(map(len, whole)) > rows.shape[1] / 5


def test_equal_keys_are_ordered_by_user_and_item(monkeypatch):
    monkeypatch.setattr(epochs, "row_keys", lambda rows, seed, epoch: np.zeros(3, "u8"))
    rows = np.array([[2, 1, 9], [1, 5, 9], [1, 4, 9]], np.int32).T
    assert in_random_order(rows, 1, 0).T.tolist() == [[1, 4, 9], [1, 5, 9], [2, 1, 9]]


@given(st.lists(st.sampled_from([0, 1, 7, 2**32, 2**48, 2**48 + 1, 2**63, 2**64 - 1])))
def test_the_order_is_that_of_the_keys(keys):
    rows = np.arange(2 * len(keys), dtype=np.int32).reshape(-1, 2)[::-1]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(epochs, "row_keys", lambda rows, seed, epoch: np.array(keys, "u8"))
        ordered = in_random_order(rows.T, 1, 0).T
    twin = sorted(zip(keys, rows.tolist(), strict=True))
    assert ordered.tolist() == [row for _, row in twin]


def test_the_order_is_random_and_another_in_each_epoch():
    batch = world(users=400)
    first_users = []
    for epoch in (0, 1):
        ordered = in_random_order(epoch_rows(batch, fitted(batch), 1, 40, 1, epoch), 1, epoch)
        assert abs(np.corrcoef(np.arange(ordered.shape[1]), ordered[0])[0, 1]) < 0.05
        first_users.append(ordered[0, :50].tolist())
    assert first_users[0] != first_users[1]


@pytest.mark.parametrize("negatives", [2, 3])  # an even number of columns, and an odd one
def test_the_hash_follows_every_value_and_row_but_not_the_order(negatives):
    batch = world()
    rows = epoch_rows(batch, fitted(batch), negatives, 40, 1, 0)
    whole = rows_hash(rows)
    assert rows_hash(rows[:, ::-1]) == whole
    parts = [rows_hash(part) for part in np.array_split(rows, 5, axis=1)]
    sums = np.array(parts, dtype=object).sum(axis=0)
    assert tuple(total % 2**64 for total in sums) == whole
    assert rows_hash(rows[:, 1:]) != whole != rows_hash(np.column_stack([rows, rows[:, 0]]))
    assert rows_hash(np.vstack([rows, np.zeros_like(rows[:1])])) != whole
    for column in range(len(rows)):
        changed = rows.copy()
        changed[column, 3] += 1
        assert rows_hash(changed) != whole
    for pair in combinations(range(len(rows)), 2):
        swapped = rows.copy()
        swapped[list(pair)] = rows[list(reversed(pair))]
        assert rows_hash(swapped) != whole
