"""Input files as a table of what is in their lines."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from steamrec.data.tables import LINE_LOCATION, Table
from steamrec.ingest.input_splits import BLOCK_BYTES, Share, share_out
from steamrec.ingest.line_records import STATE, LineFormat, records
from steamrec.ingest.parsing import Limits
from steamrec.ingest.sources import Source
from steamrec.ingest.streams import read_chunks
from steamrec.settings.reading import IngestSettings

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

REFUSED = "refused"
_OWN_WORDS = 2**20  # a file's name, a reason


def read_lines(
    spark: "SparkSession", sources: Sequence[Source], form: LineFormat, settings: IngestSettings
) -> "DataFrame":
    """One row for each line of `sources`: LINE_LOCATION, the columns of `form`, STATE and REFUSED.

    `in_python` says who read the line. `reason` and `line` (as quarantine shows it) are null
    unless the line cannot be read. REFUSED is set only when Spark's JSON reader rejects a line that
    the grammar accepted; the other columns are then null. A line ends at "\\n" only.
    """
    limits = Limits(line_bytes=settings.max_line_bytes)
    max_shown = settings.max_quarantined_characters
    longest = max(limits.line_bytes, 4 * max_shown)

    def read(share: Share) -> Iterator[str]:
        for chunk in read_chunks(share, longest):
            yield from records(chunk, share.path, form, limits, max_shown)

    context = spark.sparkContext
    shares = share_out(sources, context.defaultParallelism, BLOCK_BYTES)
    lines = context.parallelize(shares, len(shares)).flatMap(read)
    schema = Table("records", LINE_LOCATION | form.columns | STATE | {REFUSED: "string"}).ddl
    reader = spark.read.schema(schema).option("columnNameOfCorruptRecord", REFUSED)
    if form.trusted is None:  # nothing is refused then, unless the code is wrong
        reader = reader.option("mode", "FAILFAST")
    # No string is longer than its line, or than what quarantine shows and says of one.
    return reader.option("maxStringLen", longest + _OWN_WORDS).json(lines)
