import numpy as np
import pytest

from steamrec.training.stream import epoch_batches
from tests.training.conftest import training_rows, write_epoch


@pytest.mark.parametrize("files", [1, 4])
def test_every_row_comes_once_in_the_order_of_the_files(tmp_path, world, files):
    rows = training_rows(world, 3, 0)
    write_epoch(tmp_path / "epoch=0", rows, files)
    for _ in range(2):
        with epoch_batches(f"file://{tmp_path}/epoch=0", 3, 50) as batches:
            parts = [np.column_stack([u.numpy(), i.numpy()]) for u, i in batches]
        assert {len(part) for part in parts} == {50}
        found = np.concatenate(parts)
        assert found[: len(rows)].tolist() == rows.tolist()
        assert (found[len(rows) :, 1:] == -1).all()  # the last batch is filled up


def test_only_the_asked_columns_are_read(tmp_path, world):
    rows = training_rows(world, 6, 0)
    write_epoch(tmp_path / "epoch=0", rows, 2)
    with epoch_batches(f"file://{tmp_path}/epoch=0", 2, len(rows)) as batches:
        [(users, items)] = list(batches)
    assert np.column_stack([users, items]).tolist() == rows[:, :4].tolist()
