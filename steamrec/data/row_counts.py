"""How many rows a table has, by its files' footers: no Spark job."""

from concurrent.futures import ThreadPoolExecutor

from steamrec.workspace import Workspace

READERS = 16  # footers of an object store take a tenth of a second each


def row_count(workspace: Workspace, name: str) -> int:
    """The rows of table `name` of Parquet files; raises RunError for a file that has no footer."""

    def rows(file: str) -> int:
        import pyarrow.parquet as pq

        with workspace.open(f"{name}/{file}") as opened:
            return int(pq.read_metadata(opened).num_rows)

    with ThreadPoolExecutor(READERS) as readers:
        return sum(readers.map(rows, workspace.table_files(name)))
