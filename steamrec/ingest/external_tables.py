"""Reading tables of other people's: Parquet, CSV and JSON lines, with named columns."""

from typing import TYPE_CHECKING

from steamrec.data.context import Context
from steamrec.errors import UsageError

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


def read_columns(
    context: Context, path: str, columns: tuple[str, ...], setting: str
) -> "DataFrame":
    """The columns of a Parquet, CSV (with a header) or JSON-lines file, chosen by its ending.

    In CSV an id is a string as it stands. Raises UsageError naming `setting`.
    """
    from pyspark.errors import AnalysisException

    reader = context.spark.read
    name = path.lower().removesuffix(".gz").rstrip("/")
    try:
        if name.endswith((".csv", ".tsv")):
            separator = "\t" if name.endswith(".tsv") else ","
            frame = reader.csv(path, header=True, sep=separator)
        elif name.endswith((".json", ".jsonl", ".ndjson")):
            frame = reader.json(path)
        else:
            frame = reader.parquet(path)
        return frame.select(*columns)
    except AnalysisException as error:
        wanted = " and ".join(columns)
        raise UsageError(
            f"{setting} = {path!r} must be a Parquet, CSV or JSON-lines file with the columns "
            f"{wanted} ({error.getMessage() or error})."
        ) from None
