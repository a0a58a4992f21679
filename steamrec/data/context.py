"""What a stage runs in: settings, workspace, Spark, date."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from steamrec.data.local_reading import read_columns, row_count
from steamrec.data.tables import LIBRARIES, Table
from steamrec.settings import Settings
from steamrec.workspace import Workspace

if TYPE_CHECKING:
    import pandas as pd
    from pyspark.sql import Column, DataFrame, SparkSession


class Written(NamedTuple):
    """A table as it was written: its rows and its content hash."""

    rows: int
    content_hash: str


@dataclass
class Context:
    """What every stage gets: the settings, the workspace, Spark and the night's date.

    `tables` is given where the tables and receipts to read are in another workspace than the one
    to write to: in the trials of `steamrec tune`. `written` has the tables, by name, that the
    running stage has written; `input_bytes` is the size of the raw input, 0 where nobody has
    measured it.
    """

    settings: Settings
    workspace: Workspace
    master: str | None = None
    date: str = ""
    fresh: bool = False
    tables: Workspace | None = None
    written: dict[str, Written] = field(default_factory=dict)
    stage: str = ""
    input_bytes: int = 0

    @property
    def inputs(self) -> Workspace:
        """The workspace to read from."""
        return self.tables or self.workspace

    @cached_property
    def spark(self) -> "SparkSession":
        """The session, opened when a stage first asks for it.

        Raises UsageError when its executors see another place than the driver.
        """
        from steamrec.spark.same_place import check_same_place
        from steamrec.spark.session import in_one_process, open_session
        from steamrec.spark.sizing import BYTES_A_TASK

        small = 0 < self.input_bytes <= BYTES_A_TASK
        session = open_session(self.master, small, self.workspace.root)
        if not (self.workspace.local and in_one_process(session)):
            check_same_place(session, self.workspace)
        self._prepare(session)
        return session

    def begin(self, stage: str) -> None:
        """Name the Spark jobs from here on after `stage`, and size them by the libraries."""
        self.stage = stage
        self.written.clear()
        if "spark" in self.__dict__:
            self._prepare(self.spark)

    def _prepare(self, session: "SparkSession") -> None:
        from steamrec.spark.progress import name_bar
        from steamrec.spark.sizing import fit_session

        if self.stage:
            session.sparkContext.setJobDescription(self.stage)
            name_bar(self.stage)
        fit_session(session, sum(self.inputs.table_files(LIBRARIES.name).values()))

    def read(self, table: Table) -> "DataFrame":
        """A table of the workspace; raises RunError when a file of it is empty."""
        from steamrec.spark.sizing import has_one_task

        self.inputs.refuse_empty_files(table.name)
        frame = self.spark.read.schema(table.ddl).parquet(self.inputs.spark_uri(table.name))
        # What is in one partition needs no shuffle to be sorted, grouped or joined.
        return frame.coalesce(1) if has_one_task(self.spark) else frame

    def count(self, table: Table) -> int:
        """The rows of a table of the workspace, without a Spark job."""
        self.inputs.refuse_empty_files(table.name)
        return row_count(self.inputs, table.name)

    def read_local(self, table: Table, *columns: str) -> "pd.DataFrame":
        """Columns of a table that fits the driver's memory, such as the catalogue; no Spark job."""
        self.inputs.refuse_empty_files(table.name)
        found: pd.DataFrame = read_columns(self.inputs, table.name, columns).to_pandas()
        return found

    def read_local_rows(self, table: Table, *columns: str) -> list[dict[str, Any]]:
        """As `read_local`, with nulls and arrays as Python has them."""
        self.inputs.refuse_empty_files(table.name)
        found: list[dict[str, Any]] = read_columns(self.inputs, table.name, columns).to_pylist()
        return found

    def write(self, frame: "DataFrame", table: Table, **figures: "Column") -> dict[str, Any]:
        """Write `frame` as `table`, with exactly its columns and types.

        Returns the number of its `rows` and the `figures`, aggregates of the rows written. They
        and the content hash (`written`) are gathered while writing: no pass of their own.
        """
        from pyspark.sql import Observation

        from steamrec.spark.content_hash import hash_of_sums, hash_sums

        columns = [frame[name].cast(kind).alias(name) for name, kind in table.columns.items()]
        rows = frame.select(*columns)
        seen = Observation(table.name)
        wanted = (column.alias(name) for name, column in figures.items())
        observed = rows.observe(seen, *hash_sums(rows, table.hashed), *wanted)
        path = self.workspace.spark_uri(table.name)
        observed.write.mode("overwrite").options(**table.writing).parquet(path)
        values = seen.get
        self.written[table.name] = written = Written(*hash_of_sums(values))
        return {"rows": written.rows} | {name: values[name] for name in figures}

    def release(self) -> None:
        """Free what a stage cached in Spark: it is of no use to the next."""
        if "spark" in self.__dict__:
            self.spark.catalog.clearCache()
