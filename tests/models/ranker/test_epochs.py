"""Training rows: read in the order of the users, shuffled the same way for the same seed."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from steamrec.data.tables import Table
from steamrec.models.ranker.epochs import read_rows, shuffled
from steamrec.workspace import Workspace

TABLE = Table("features/few", {"a": "float", "valid": "float"})


def test_rows_come_in_the_order_of_the_files_names_whoever_wrote_first(tmp_path):
    (tmp_path / "features/few").mkdir(parents=True)
    wanted = np.arange(5 * 3 * 2, dtype=np.float32).reshape(5, 3, 2)
    for batch, users in ((10, [4]), (0, [0, 1]), (2, [2, 3])):
        flat = wanted[users].reshape(-1, 2)
        table = pa.table({"a": flat[:, 0], "valid": flat[:, 1]})
        pq.write_table(table, tmp_path / f"features/few/{batch:09}.parquet")
    assert (read_rows(Workspace(str(tmp_path)), TABLE, 5, 3) == wanted).all()


def test_each_epoch_has_every_user_once_in_an_order_of_its_own():
    rows = np.arange(70, dtype=np.float32).reshape(70, 1, 1)

    def order(seed, epoch):
        batches = list(shuffled(rows, 32, seed, epoch))
        assert [len(batch) for batch in batches] == [32, 32, 6]
        return np.concatenate(batches).ravel().tolist()

    orders = [order(*key) for key in ((1, 0), (1, 1), (2, 0))]
    assert all(sorted(found) == list(range(70)) for found in orders)
    assert len({tuple(found) for found in orders}) == 3
    assert order(1, 0) == orders[0]
