"""Small libraries written by hand."""

from typing import Any

from steamrec.data import tables
from steamrec.data.context import Context
from steamrec.pipeline.runner import run_stage
from steamrec.pipeline.stage import Outcome
from tests.support.stages import stage_of


def library(user_id: str, items: list[tuple[str, int]], offset: int) -> tuple[Any, ...]:
    entries = [(item, f"Game {item}", minutes, 0) for item, minutes in items]
    return (user_id, len(items), user_id, f"http://steam/{user_id}", entries, "a.json", offset)


def write_libraries(context: Context, rows: list[tuple[Any, ...]], partitions: int = 2) -> None:
    """Write the rows as the ingest stage would, with its receipt."""

    def run(inner: Context) -> Outcome:
        frame = inner.spark.createDataFrame(rows, tables.LIBRARIES.ddl).repartition(partitions)
        inner.write(frame, tables.LIBRARIES)
        return Outcome([tables.LIBRARIES])

    run_stage(stage_of("ingest", run), context)
