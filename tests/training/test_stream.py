import os
import subprocess
import sys

import numpy as np
import pytest

from steamrec.errors import RunError
from steamrec.training.stream import EpochStream
from tests.training.conftest import training_rows, write_epoch


@pytest.mark.parametrize("files", [1, 4])
def test_every_row_comes_once_in_the_order_of_the_files(tmp_path, world, files):
    rows = training_rows(world, 3, 0)
    write_epoch(tmp_path / "epoch=0", rows, files)
    stream = EpochStream(3, 50)
    for _ in range(2):
        with stream.epoch(f"file://{tmp_path}/epoch=0") as batches:
            parts = [np.column_stack([u.numpy(), i.numpy()]) for u, i in batches]
        assert {len(part) for part in parts} == {50}
        found = np.concatenate(parts)
        assert found[: len(rows)].tolist() == rows.tolist()
        assert (found[len(rows) :] == -1).all()  # the last batch is filled up


def test_only_the_asked_columns_are_read(tmp_path, world):
    rows = training_rows(world, 6, 0)
    write_epoch(tmp_path / "epoch=0", rows, 2)
    with EpochStream(2, len(rows)).epoch(f"file://{tmp_path}/epoch=0") as batches:
        [(users, items)] = list(batches)
    assert np.column_stack([users, items]).tolist() == rows[:, :4].tolist()


def test_an_epoch_left_early_leaves_the_next_one_whole(tmp_path, world):
    first, second = training_rows(world, 2, 0), training_rows(world, 2, 1)
    stream = EpochStream(2, 40)
    for name, rows in (("epoch=0", first), ("epoch=1", second)):
        write_epoch(tmp_path / name, rows, 3)
    with stream.epoch(f"file://{tmp_path}/epoch=0") as batches:
        next(iter(batches))
    with stream.epoch(f"file://{tmp_path}/epoch=1") as batches:
        found = np.concatenate([np.column_stack([u, i]) for u, i in batches])
    assert found[: len(second)].tolist() == second.tolist()


@pytest.mark.parametrize("batch", [1, 7, 50, 1_000])
def test_the_last_batch_is_filled_and_no_other_one_is_added(tmp_path, world, batch):
    rows = training_rows(world, 1, 0)[:100]
    write_epoch(tmp_path / "epoch=0", rows, 3)
    with EpochStream(1, batch).epoch(f"file://{tmp_path}/epoch=0") as batches:
        found = [(len(users), int((users.numpy() >= 0).sum())) for users, _ in batches]
    full, rest = divmod(len(rows), batch)
    assert found == [(batch, batch)] * full + [(batch, rest)] * bool(rest)


READ_ALL = """
import resource, sys, time
from steamrec.training.stream import EpochStream
rows = 0
with EpochStream(4, 100_000).epoch(sys.argv[1]) as batches:
    for users, _ in batches:
        if not rows:
            time.sleep(4)  # what is read ahead piles up meanwhile
        rows += len(users)
print(rows, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def test_memory_does_not_grow_with_the_epoch(tmp_path):
    """Eight times the rows, 330 MB more, in the same memory."""
    rows = np.random.default_rng(1).integers(0, 1_000, (500_000, 6)).astype(np.int32)
    write_epoch(tmp_path / "small", rows, 1)
    [file] = (tmp_path / "small").glob("*.parquet")
    peaks = []
    for name, copies in (("small", 4), ("large", 32)):
        folder = tmp_path / name
        folder.mkdir(exist_ok=True)
        for number in range(copies):
            if not (folder / f"part-{number:05}.parquet").exists():
                os.link(file, folder / f"part-{number:05}.parquet")
        command = [sys.executable, "-c", READ_ALL, f"file://{folder}"]
        found, peak = subprocess.check_output(command, text=True).split()
        assert int(found) == copies * len(rows)
        peaks.append(int(peak) / 1024)
    assert peaks[1] < peaks[0] + 80, f"MB: {peaks}"


@pytest.mark.parametrize("name", ["_common_metadata", "_metadata"])
def test_files_that_petastorm_would_unpickle_are_refused(tmp_path, world, name):
    write_epoch(tmp_path / "epoch=0", training_rows(world, 3, 0), 1)
    (tmp_path / "epoch=0" / name).write_bytes(b"cos\nsystem\n(S'false'\ntR.")
    opened = EpochStream(3, 50).epoch(f"file://{tmp_path}/epoch=0")
    with pytest.raises(RunError, match=f"holds the file {name}"), opened:
        pass
