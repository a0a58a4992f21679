"""Reading external tables in Spark: Parquet, separated values and JSON lines."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from steamrec.data.context import Context
from steamrec.ingest.columns import Column
from steamrec.ingest.row_batches import RowLimits
from steamrec.ingest.table_parts import Part

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame

# Small files share a task, so that ten thousand files are not ten thousand tasks.
_TASK_BYTES = 4 * 2**20
_TASKS_PER_CORE = 8


def read_table(context: Context, parts: Sequence[Part], columns: Sequence[Column]) -> "DataFrame":
    """The rows of `parts`: file, a column per role (string or array<string>), reason, line.

    `reason` is null unless the row cannot be read; `line` then shows it and its ids are not to
    be used. Spark never sees the files' names. A file that is damaged fails its task with a
    DamagedFileError.
    """
    settings = context.settings.ingest
    limits = RowLimits(settings.max_line_bytes, settings.max_quarantined_characters)
    tasks = share_parts(parts, context.spark.sparkContext.defaultParallelism)

    def read(batches: "Iterable[pa.RecordBatch]") -> "Iterator[pa.RecordBatch]":
        for batch in batches:
            for task in batch.column(0).to_pylist():
                for part in tasks[task]:
                    yield from _with_file(part, limits)

    kinds = [f"`{each.role}` {'array<string>' if each.many else 'string'}" for each in columns]
    schema = ", ".join(["file string", *kinds, "reason string", "line string"])
    count = max(1, len(tasks))
    return context.spark.range(0, len(tasks), 1, count).mapInArrow(read, schema)


def share_parts(parts: Sequence[Part], cores: int) -> list[list[Part]]:
    """`parts` in runs of about the same weight, one run per task."""
    total = sum(part.weight for part in parts)
    enough = max(_TASK_BYTES, total // (_TASKS_PER_CORE * cores))
    tasks: list[list[Part]] = []
    held = enough
    for part in parts:
        if held >= enough:
            tasks.append([])
            held = 0
        tasks[-1].append(part)
        held += part.weight
    return tasks


def _with_file(part: Part, limits: RowLimits) -> "Iterator[pa.RecordBatch]":
    import pyarrow as pa

    file = part.path.encode("utf-8", "backslashreplace").decode()
    for batch in part.batches(limits):
        named = pa.array([file], pa.string()).take(pa.array([0] * batch.num_rows, pa.int64()))
        names = ["file", *batch.schema.names]
        yield pa.RecordBatch.from_arrays([named, *batch.columns], names=names)
