"""One user's published list and owned items."""

from typing import Any

from steamrec.data import tables
from steamrec.errors import UsageError
from steamrec.serving.catalogue import read_rows
from steamrec.workspace import Workspace


def published_list(published: dict[str, Any], user_id: str) -> list[dict[str, Any]]:
    """The rows of the published list, by rank; raises UsageError when there is none.

    `published` is what exports/latest.json says.
    """
    import pyarrow.parquet as pq

    columns = ["rank", "item_id", "item_name", "score", "source"]
    try:
        found = pq.read_table(
            published["path"], columns=columns, filters=[("user_id", "=", user_id)]
        )
    except FileNotFoundError:
        raise UsageError(
            f"The published run {published['path']} is not there; publish again with "
            "`steamrec export --fresh`."
        ) from None
    rows: list[dict[str, Any]] = found.to_pylist()
    if not rows:
        raise UsageError(
            f"The run {published['run_id']} of {published['date']} has no list for user "
            f"{user_id!r}; for somebody in no file, give --items with what they own."
        )
    return sorted(rows, key=lambda row: row["rank"])


def owned_items(workspace: Workspace, user_id: str) -> list[int]:
    """The user's items that the catalogue knows, by number; empty for a stranger."""
    users = read_rows(workspace, tables.USERS, ["user"], user_id=user_id)
    if users:
        rows = read_rows(workspace, tables.INTERACTIONS, ["item"], user=users[0]["user"])
        return sorted(row["item"] for row in rows)
    cold = read_rows(workspace, tables.COLD_USERS, ["items"], user_id=user_id)
    return sorted(cold[0]["items"] or []) if cold else []
