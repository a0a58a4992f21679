"""A small world with a known answer: users of two kinds own items of their kind only."""

from itertools import pairwise

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

USERS, ITEMS = 60, 20


@pytest.fixture(scope="session")
def world():
    """The pairs: even users own even items but one, odd users odd items but one."""
    rng = np.random.default_rng(0)
    pairs = []
    for user in range(USERS):
        kind = np.arange(user % 2, ITEMS, 2)
        pairs += [(user, item) for item in rng.permutation(kind)[:-2]]
    return np.array(pairs, np.int32)


def write_epoch(folder, rows, files):
    """Write rows int32 [n, columns] as an epoch of `files` row groups of uneven sizes."""
    folder.mkdir(parents=True)
    names = ["user", "item", *(f"negative_{i}" for i in range(rows.shape[1] - 2))]
    cuts = np.linspace(0, 1, files + 1) ** 2 * len(rows)
    for number, (low, high) in enumerate(pairwise(cuts)):
        part = rows[int(low) : int(high)]
        table = pa.table({name: part[:, column] for column, name in enumerate(names)})
        pq.write_table(table, folder / f"part-{number:05d}.parquet")
    (folder / "_SUCCESS").touch()


def training_rows(world, negatives, seed):
    """Each pair with uniform negatives of the other kind, in random order."""
    rng = np.random.default_rng(seed)
    wrong = 2 * rng.integers(0, ITEMS // 2, (len(world), negatives)) + 1 - world[:, :1] % 2
    rows = np.column_stack([world, wrong]).astype(np.int32)
    return rows[rng.permutation(len(rows))]
