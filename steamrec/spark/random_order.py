"""Random order in Spark as a pure function of (seed, purpose, row)."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyspark.sql import Column


def keyed(seed: int, purpose: str, *columns: str) -> "Column":
    """A hash of (seed, purpose, columns): the same for a row wherever it is computed."""
    from pyspark.sql import functions as F

    return F.xxhash64(F.lit(seed).cast("long"), F.lit(purpose), *(columns or ("user", "item")))
