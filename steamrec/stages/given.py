"""Reading a published split: holdout and negatives as their authors gave them."""

from typing import TYPE_CHECKING

from steamrec.errors import UsageError
from steamrec.stage import Context

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


def given_holdout(context: Context) -> "DataFrame":
    """The published held-out pairs: user_id string, item_id string.

    Raises UsageError when split.holdout_path is missing or lacks a column.
    """
    from pyspark.sql import functions as F  # noqa: N812

    path = context.settings.split.holdout_path
    frame = read_columns(context, path, ("user", "item"), "split.holdout_path")
    return frame.select(
        F.col("user").cast("string").alias("user_id"), F.col("item").cast("string").alias("item_id")
    ).distinct()


def given_negatives(context: Context) -> "DataFrame | None":
    """The published candidates: user_id string, item_ids array<string>; None when none are given.

    Raises UsageError when the file is missing or lacks a column.
    """
    from pyspark.sql import functions as F  # noqa: N812

    path = context.settings.split.negatives_path
    if not path:
        return None
    frame = read_columns(context, path, ("user", "items"), "split.negatives_path")
    return frame.select(
        F.col("user").cast("string").alias("user_id"),
        F.col("items").cast("array<string>").alias("item_ids"),
    )


def given_items(context: Context) -> "DataFrame | None":
    """The item_ids that stand among the published candidates, each once."""
    from pyspark.sql import functions as F  # noqa: N812

    negatives = given_negatives(context)
    if negatives is None:
        return None
    return negatives.select(F.explode("item_ids").alias("item_id")).distinct()


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
