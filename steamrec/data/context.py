"""What a stage runs in: settings, workspace, Spark, date."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from steamrec.data.tables import Table
from steamrec.settings import Settings
from steamrec.workspace import Workspace

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession


@dataclass
class Context:
    """What every stage gets: the settings, the workspace, Spark and the night's date.

    `tables` is given where the tables and receipts to read are in another workspace than the one
    to write to: in the trials of `steamrec tune`.
    """

    settings: Settings
    workspace: Workspace
    master: str | None = None
    date: str = ""
    fresh: bool = False
    tables: Workspace | None = None

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

        session = open_session(self.master, self.workspace.root)
        if not (self.workspace.local and in_one_process(session)):
            check_same_place(session, self.workspace)
        return session

    def read(self, table: Table) -> "DataFrame":
        """A table of the workspace; raises RunError when a file of it is empty."""
        self.inputs.refuse_empty_files(table.name)
        return self.spark.read.schema(table.ddl).parquet(self.inputs.spark_uri(table.name))

    def write(self, frame: "DataFrame", table: Table) -> None:
        """Write `frame` as `table`, with exactly its columns and types."""
        columns = [frame[name].cast(kind).alias(name) for name, kind in table.columns.items()]
        path = self.workspace.spark_uri(table.name)
        frame.select(*columns).write.mode("overwrite").options(**table.writing).parquet(path)

    def release(self) -> None:
        """Free what a stage cached in Spark: it is of no use to the next."""
        if "spark" in self.__dict__:
            self.spark.catalog.clearCache()
