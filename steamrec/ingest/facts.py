"""Lines of the items' file into facts and reasons, all by Python: the file is small."""

from typing import TYPE_CHECKING, Any

from steamrec.ingest.python import check_length, shown
from steamrec.literal import Limits, Unreadable, read_facts
from steamrec.settings.reading import IngestSettings
from steamrec.tables import ITEM_FACTS

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

RESULT_TYPE = f"facts struct<{ITEM_FACTS.ddl.replace('` ', '`:')}>, reason string, shown string"


def parse(line: bytes, length: int, limits: Limits, max_shown: int) -> tuple[Any, Any, Any]:
    """The facts of `line`, or the reason why there are none and the line as text.

    `length` is the line's own length in bytes; one beyond the limit comes cut.
    """
    try:
        check_length(length, limits)
        return read_facts(line, limits), None, None
    except Unreadable as error:
        return None, str(error), shown(line, max_shown)


def read_fact_lines(lines: "DataFrame", settings: IngestSettings) -> "DataFrame":
    """Read each line of `cut_long_lines`.

    Returns one row a line: file, block, row, facts (a struct as ITEM_FACTS; null when the line is
    refused), reason string (null when it is not) and line string (as quarantine shows it).
    """
    from pyspark.sql import functions as F

    limits = Limits(line_bytes=settings.max_line_bytes)
    max_shown = settings.max_quarantined_characters

    def parse_line(line: bytearray, length: int) -> tuple[Any, Any, Any]:
        return parse(bytes(line), length, limits, max_shown)

    # "Nondeterministic" keeps the optimiser from running it twice or before the spreading.
    parsed = F.udf(parse_line, RESULT_TYPE).asNondeterministic()
    return lines.select(
        "file", "block", "row", parsed(F.col("line").cast("binary"), "length").alias("read")
    ).select("file", "block", "row", "read.facts", "read.reason", F.col("read.shown").alias("line"))
