"""Gathering a table's pairs into blocks of users (steamrec.block)."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


def user_blocks(pairs: "DataFrame", size: int) -> "DataFrame":
    """Gather (user, item) pairs into one row a block: block int, pairs array<long>.

    A pair is user << 32 | item; sorting them sorts by user, then by item.
    """
    from pyspark.sql import functions as F  # noqa: N812

    packed = F.shiftleft(F.col("user").cast("long"), 32).bitwiseOR(F.col("item").cast("long"))
    return (
        pairs.select((F.col("user") / F.lit(size)).cast("int").alias("block"), packed.alias("pair"))
        .groupBy("block")
        .agg(F.sort_array(F.collect_list("pair")).alias("pairs"))
    )
