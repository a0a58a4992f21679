"""The limit on quarantined lines."""

from steamrec.data.context import Context
from steamrec.data.tables import Table
from steamrec.errors import RunError


def check_quarantine(context: Context, table: Table, quarantined: int, lines: int) -> None:
    """Raise RunError when `table` has a larger fraction of the `lines` than the settings allow."""
    from pyspark.sql import functions as F

    allowed = context.settings.ingest.max_quarantined_fraction
    if quarantined <= allowed * lines:
        return
    reasons_counted = context.read(table).groupBy("reason").count()
    frequent = reasons_counted.orderBy(F.desc("count"), "reason").take(3)
    reasons = "; ".join(f"{row['reason']} ({row['count']:,})" for row in frequent)
    raise RunError(
        f"{quarantined:,} of {lines:,} lines could not be read, more than "
        f"ingest.max_quarantined_fraction = {allowed} allows; the most frequent reasons: "
        f"{reasons}; the lines are in {context.workspace.path(table.name)}."
    )
