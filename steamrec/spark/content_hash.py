"""An order-independent hash of a table's rows."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


def content_hash(frame: "DataFrame", columns: Sequence[str]) -> tuple[int, str]:
    """The number of rows and a hash (32 hex digits) of `columns` of `frame`.

    Each row is hashed with xxHash64 twice (the second time behind a salt); the hashes' 16-bit
    quarters are summed, so neither the order of the rows nor their partitions matter, rows that
    stand twice count twice, and no sum overflows below 2**47 rows.
    """
    from pyspark.sql import functions as F

    hashed = [F.xxhash64(*columns), F.xxhash64(F.lit("steamrec"), *columns)]
    sums = [
        F.sum(F.shiftrightunsigned(value, shift).bitwiseAND(F.lit(0xFFFF).cast("long")))
        for value in hashed
        for shift in (0, 16, 32, 48)
    ]
    row = frame.agg(F.count(F.lit(1)), *sums).first()
    assert row is not None
    rows, *quarters = row
    halves = []
    for first in (0, 4):
        parts = enumerate(quarters[first : first + 4])
        halves.append(sum((part or 0) << (16 * index) for index, part in parts) % 2**64)
    return int(rows), f"{halves[0]:016x}{halves[1]:016x}"
