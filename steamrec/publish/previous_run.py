"""The run to compare a new one with: the published one, whole, or a refusal to publish."""

from typing import Any

from py4j.protocol import Py4JError
from pyspark.errors import PySparkException

from steamrec.data import tables
from steamrec.data.context import Context
from steamrec.data.tables import Table
from steamrec.errors import GateRefusedError, RunError
from steamrec.publish.pointer import POINTER, Pointer, load_pointer
from steamrec.publish.published_fields import lists_folder
from steamrec.publish.runs import published_run
from steamrec.spark.content_hash import content_hash
from steamrec.workspace.disk_errors import FULL


def run_to_compare(context: Context) -> tuple[Pointer, dict[str, Any] | None]:
    """The pointer, and the record of the published run; None when nothing is published.

    Raises GateRefusedError when that cannot be read, or when the run's lists are gone or are not
    those that it was published with: what cannot be compared is not published over.
    """
    workspace = context.workspace
    record = None
    try:
        pointer = load_pointer(workspace)
        record = published_run(workspace, pointer)
        if record is None:
            return pointer, None
        lists = Table(lists_folder(record), tables.EXPORT.columns)
        if not workspace.has_table(lists.name):
            raise RunError(f"{workspace.path(lists.name)} is gone or was not written to its end.")
        try:
            rows, hashed = content_hash(context.read(lists), lists.hashed)
        except (PySparkException, Py4JError) as error:
            if FULL.search(str(error)):
                raise
            raise RunError(f"{workspace.path(lists.name)} is damaged.") from None
        if (rows, hashed) != (record["rows"], record["content_hash"]):
            raise RunError(
                f"{workspace.path(lists.name)} does not hold the {record['rows']:,} rows that it "
                f"was published with (it has {rows:,})."
            )
    except RunError as error:
        # Going back needs the record of the run that readers see.
        advice = "Remove" if record is None else "Go back with `steamrec rollback`, or remove"
        raise GateRefusedError(
            f"The published run cannot be compared with, so nothing is published: {error} "
            f"{advice} {workspace.path(POINTER)} to publish without comparison."
        ) from None
    return pointer, record
