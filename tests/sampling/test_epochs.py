import numpy as np

from steamrec.block import Block
from steamrec.sampling.epochs import epoch_rows, in_buckets, in_random_order


def world(seed=0, users=50, items=40):
    rng = np.random.default_rng(seed)
    owned = [np.sort(rng.choice(items, rng.integers(2, 20), replace=False)) for _ in range(users)]
    offsets = np.cumsum([0, *map(len, owned)])
    return Block(0, np.arange(users, dtype=np.int32), offsets, np.concatenate(owned).astype("i4"))


def fitted(block):
    keep = np.ones(len(block.items), bool)
    keep[block.offsets[:-1]] = False  # the first item of each user is held out
    offsets = block.offsets - np.arange(len(block.offsets))
    return Block(0, block.users, offsets, block.items[keep])


def test_a_row_is_a_positive_with_negatives_of_its_user():
    block = world()
    positives = fitted(block)
    _, rows = epoch_rows(block, positives, 3, 40, 1, 0)
    owners = np.repeat(positives.users, np.diff(positives.offsets))
    assert rows[:, 0].tolist() == owners.tolist()
    assert rows[:, 1].tolist() == positives.items.tolist()
    for user, *negatives in rows[:, [0, 2, 3, 4]].tolist():
        owned = block.items[block.offsets[user] : block.offsets[user + 1]]
        assert not set(negatives) & set(owned.tolist())


def test_users_without_positives_give_no_rows():
    block = world(users=3)
    some = Block(0, np.array([1], "i4"), np.array([0, 1]), block.items[block.offsets[1] :][:1])
    _, rows = epoch_rows(block, some, 2, 40, 1, 0)
    assert rows[:, 0].tolist() == [1]


def test_buckets_and_order_do_not_depend_on_how_rows_were_parted():
    block = world()
    keys, rows = epoch_rows(block, fitted(block), 2, 40, 1, 0)

    def ordered(parts):
        buckets = {}
        for part in parts:
            for bucket, chosen, selected in in_buckets(keys[part], rows[part], 3):
                buckets.setdefault(bucket, []).append((chosen, selected))
        return [in_random_order(buckets[bucket]).tolist() for bucket in sorted(buckets)]

    everything = np.arange(len(rows))
    whole = ordered([everything])
    assert ordered(np.array_split(everything[::-1], 7)) == whole
    assert sorted(row for bucket in whole for row in bucket) == sorted(rows.tolist())


def test_the_order_is_random_and_another_in_each_epoch():
    block = world(users=400)
    first_users = []
    for epoch in (0, 1):
        keys, rows = epoch_rows(block, fitted(block), 1, 40, 1, epoch)
        ordered = in_random_order([(keys, rows)])
        assert abs(np.corrcoef(np.arange(len(ordered)), ordered[:, 0])[0, 1]) < 0.05
        first_users.append(ordered[:50, 0].tolist())
    assert first_users[0] != first_users[1]
