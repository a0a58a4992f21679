"""exports/latest.json: the one file that says which run readers should read."""

from typing import TYPE_CHECKING, Any

from steamrec.spark.content_hash import content_hash
from steamrec.tables import Table

if TYPE_CHECKING:
    from steamrec.stage import Context

POINTER = "exports/latest.json"


def publish(
    context: "Context", table: Table, run_id: str, model: str, counts: dict[str, Any]
) -> str:
    """Point readers to the run in one step; returns the run's path."""
    rows, hashed = content_hash(context.read(table), table.hashed)
    path = context.workspace.path(table.name)
    context.workspace.write_json(
        POINTER,
        {
            "date": context.date,
            "run_id": run_id,
            "path": path,
            "rows": rows,
            "users": counts["users"],
            "model": model,
            "content_hash": hashed,
        },
    )
    return path
