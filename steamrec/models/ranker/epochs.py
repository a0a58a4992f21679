"""Training rows in memory: read once, scaled, and shuffled again for each epoch."""

from collections.abc import Iterator

import numpy as np

from steamrec.data.tables import Table
from steamrec.models.ranker.scales import Features, Scales, measure_scales
from steamrec.scoring.scorer import FloatArray
from steamrec.training.stream import candidate_batches
from steamrec.workspace import Workspace

CHUNK = 1_024  # users


def read_rows(workspace: Workspace, table: Table, users: int, slots: int) -> FloatArray:
    """float32 [users, slots, columns]: the table that tasks.write_rows wrote."""
    columns = list(table.columns)
    rows = np.empty((users, slots, len(columns)), np.float32)
    done = 0
    with candidate_batches(workspace.url(table.name), columns, slots, CHUNK) as batches:
        for batch in batches.as_numpy_iterator():
            rows[done : done + len(batch)] = batch
            done += len(batch)
    assert done == users, f"{table.name} has rows of {done} users instead of {users}"
    return rows


def scale_rows(rows: FloatArray, features: Features) -> Scales:
    """Scale the rows in place by what their valid ones say; returns the scales.

    rows: float32 [users, slots, features + 1], the last column 1 in valid rows and 0 in others.
    """
    chunks = range(0, len(rows), CHUNK)

    def valid() -> Iterator[FloatArray]:
        for start in chunks:
            chunk = rows[start : start + CHUNK]
            yield chunk[chunk[..., -1] > 0][:, :-1]

    scales = measure_scales(valid, features)
    for start in chunks:
        values = rows[start : start + CHUNK, :, :-1]
        values[:] = scales.scaled(np.moveaxis(values, -1, 0))
    return scales


def shuffled(rows: FloatArray, batch: int, seed: int, epoch: int) -> Iterator[FloatArray]:
    """The rows of all users in random order, `batch` users at a time."""
    order = np.random.default_rng([seed, epoch]).permutation(len(rows))
    for start in range(0, len(order), batch):
        yield rows[order[start : start + batch]]
