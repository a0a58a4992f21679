"""The input files as a table of lines, each with its place."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from steamrec.ingest.damage import UNREADABLE_FILE
from steamrec.ingest.sources import Source

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import Column, DataFrame, SparkSession

# Lines of one task after spreading, about, in bytes.
_TASK_BYTES = 64 * 2**20
_EXPANSION = 8  # of compressed text
_ZSTD_COLUMNS = "file string, block bigint, row bigint, line binary"
_ZSTD_BATCH_BYTES = 16 * 2**20


def read_lines(spark: "SparkSession", sources: Sequence[Source]) -> "DataFrame":
    """All lines: file string (Source.path), block long, row long, line string.

    A line ends at "\\n" only; `line` holds its bytes unchanged, UTF-8 or not. A byte order mark
    at the start of a file is none of the first line's.
    """
    parts = []
    text = [source.path for source in sources if not source.zstd]
    zstd = [source.path for source in sources if source.zstd]
    if text:
        parts.append(_read_text(spark, text))
    if zstd:
        parts.append(_read_zstd(spark, zstd))
    lines = parts[0]
    for part in parts[1:]:
        lines = lines.unionByName(part)
    return lines


def spread(lines: "DataFrame", sources: Sequence[Source]) -> "DataFrame":
    """Lay the lines of unsplittable files on all cores.

    By a hash of the row's number: a task that runs again sends every line where it sent it
    before, and no sort is needed for that.
    """
    if all(source.splittable for source in sources):
        return lines
    size = sum(source.size * (_EXPANSION if source.compressed else 1) for source in sources)
    cores = lines.sparkSession.sparkContext.defaultParallelism
    return lines.repartition(max(2 * cores, size // _TASK_BYTES + 1), "row")


def _read_text(spark: "SparkSession", paths: Sequence[str]) -> "DataFrame":
    from pyspark.sql import functions as F

    # A damaged or vanished file is an error, whatever the cluster's defaults are.
    reader = spark.read.option("ignoreCorruptFiles", False).option("ignoreMissingFiles", False)
    text = reader.text([_without_glob(path) for path in paths], lineSep="\n")
    return text.select(
        _plain_path(F.col("_metadata.file_path")).alias("file"),
        F.col("_metadata.file_block_start").alias("block"),
        F.monotonically_increasing_id().alias("row"),
        F.col("value").alias("line"),
    )


def _plain_path(uri: "Column") -> "Column":
    """Spark's name of a file as `Source.path` has it, so that all files sort alike."""
    from pyspark.sql import functions as F

    path = F.url_decode(F.replace(uri, F.lit("+"), F.lit("%2B")))
    return F.regexp_replace(path, "^file:/+", "/")


def _without_glob(path: str) -> str:
    # Spark takes every path for a glob.
    return "".join("\\" + char if char in "\\*?[]{}" else char for char in path)


def _read_zstd(spark: "SparkSession", paths: Sequence[str]) -> "DataFrame":
    from pyspark.sql import functions as F

    files = spark.createDataFrame([(path,) for path in paths], "file string")
    spread_files = files.repartition(len(paths), "file")
    lines = spread_files.mapInArrow(_zstd_lines, _ZSTD_COLUMNS)
    return lines.withColumn("line", F.col("line").cast("string"))


def _zstd_lines(batches: Iterable["pa.RecordBatch"]) -> Iterator["pa.RecordBatch"]:
    import fsspec
    import pyarrow as pa

    for batch in batches:
        for path in batch.column(0).to_pylist():
            with fsspec.open(path, "rb") as raw, pa.CompressedInputStream(raw, "zstd") as stream:
                try:
                    yield from _batches(path, stream)
                except OSError as error:
                    raise OSError(f"{UNREADABLE_FILE}: {path} ({error})") from None


def _batches(path: str, stream: "pa.NativeFile") -> Iterator["pa.RecordBatch"]:
    import pyarrow as pa

    row = 0
    rest = b""
    first = True
    while True:
        chunk = stream.read(_ZSTD_BATCH_BYTES)
        if first:
            chunk, first = chunk.removeprefix(b"\xef\xbb\xbf"), False
        *lines, rest = (rest + chunk).split(b"\n")
        if not chunk and rest:
            lines, rest = [rest], b""
        if lines:
            columns = [
                pa.array([path] * len(lines)),
                pa.array([0] * len(lines), pa.int64()),
                pa.array(range(row, row + len(lines)), pa.int64()),
                pa.array(lines, pa.binary()),
            ]
            yield pa.RecordBatch.from_arrays(columns, ["file", "block", "row", "line"])
            row += len(lines)
        if not chunk:
            return
