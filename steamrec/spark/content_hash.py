"""An order-independent hash of a table's rows.

Spark's xxHash64 passes over nulls and runs through arrays and structs as if they were one list of
values. So each row is hashed together with its shape: which values are null, and how long each
array is. With the columns' names and types, the shape tells where every value of the list belongs.
"""

import hashlib
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame
    from pyspark.sql.types import DataType

_ROWS, _SUM = "_rows", "_hash_{}_{}"


def content_hash(frame: "DataFrame", columns: Sequence[str]) -> tuple[int, str]:
    """The number of rows and a hash (32 hex digits) of `columns` of `frame`: one Spark job.

    The 16-bit quarters of the rows' hashes are summed, so neither the order of the rows nor their
    partitions matter, rows that occur twice count twice, and no sum overflows below 2**47 rows.
    """
    row = frame.agg(*hash_sums(frame, columns)).first()
    assert row is not None
    return hash_of_sums(row.asDict())


def hash_sums(frame: "DataFrame", columns: Sequence[str]) -> "list[Column]":
    """The aggregates from whose values `hash_of_sums` makes the content hash of `frame`."""
    from pyspark.sql import functions as F

    sums = [F.count(F.lit(1)).alias(_ROWS)]
    for half, value in enumerate(row_hashes(frame, columns)):
        for quarter in range(4):
            shifted = F.shiftrightunsigned(value, 16 * quarter)
            total = F.sum(shifted.bitwiseAND(F.lit(0xFFFF).cast("long")))
            sums.append(total.alias(_SUM.format(half, quarter)))
    return sums


def hash_of_sums(values: Mapping[str, Any]) -> tuple[int, str]:
    """The rows and the content hash from the values of `hash_sums`, by their names."""
    halves = [
        sum((values[_SUM.format(half, quarter)] or 0) << 16 * quarter for quarter in range(4))
        for half in range(2)
    ]
    return int(values[_ROWS]), "".join(f"{half % 2**64:016x}" for half in halves)


def row_hashes(frame: "DataFrame", columns: Sequence[str]) -> "tuple[Column, Column]":
    """Two independent hashes of each row, both long.

    They depend on the names, types and order of the columns and on every value in them, null and
    empty ones too. As in Spark's comparisons 0.0 and -0.0 are one value, and so are all NaN.
    """
    from pyspark.sql import functions as F

    schema = [f"{name} {frame.schema[name].dataType.simpleString()}" for name in columns]
    seeds = [
        int.from_bytes(hashlib.sha256(f"{salt}{schema}".encode()).digest()[:8], signed=True)
        for salt in range(2)
    ]
    values = [F.col(f"`{name}`") for name in columns]
    shapes = [
        part
        for value, name in zip(values, columns, strict=True)
        for part in _shape(value, frame.schema[name].dataType)
    ]
    first, second = (F.xxhash64(F.lit(seed).cast("long"), *shapes, *values) for seed in seeds)
    return first, second


def _shape(value: "Column", kind: "DataType") -> "list[Column]":
    """Whether the value is null, and the same of all that is in it; of arrays the length too."""
    from pyspark.sql import functions as F
    from pyspark.sql.types import ArrayType, StructType

    shape = [value.isNull()]
    if isinstance(kind, ArrayType):
        inside = kind.elementType
        shape += [F.size(value), F.transform(value, lambda one: F.struct(*_shape(one, inside)))]
    elif isinstance(kind, StructType):
        for field in kind:
            shape += _shape(value.getField(field.name), field.dataType)
    return shape
