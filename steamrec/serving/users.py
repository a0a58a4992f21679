"""One user's published list and owned items."""

from typing import Any

from steamrec.data import tables
from steamrec.errors import UsageError
from steamrec.serving.parquet_rows import AnyOf
from steamrec.serving.serving_set import ServingSet


def published_list(served: ServingSet, user_id: str) -> list[dict[str, Any]]:
    """The rows of the user's list, by rank; raises UsageError when there is none."""
    columns = ["rank", "item_id", "item_name", "score", "source"]
    rows = served.lists(columns, AnyOf("user_id", [user_id])).to_pylist()
    if not rows:
        raise UsageError(
            f"The run {served.run['run_id']} of {served.run['date']} has no list for user "
            f"{user_id!r}; for a new user, give the item ids that they own (recommend --items)."
        )
    return sorted(rows, key=lambda row: row["rank"])


def owned_items(served: ServingSet, user_id: str) -> list[int]:
    """The user's items that the catalogue knows, by number; empty for a stranger."""
    equal = AnyOf("user_id", [user_id])
    users = served.rows(tables.USERS, ["user"], equal)
    if users:
        wanted = AnyOf("user", [users[0]["user"]])
        return sorted(row["item"] for row in served.rows(tables.INTERACTIONS, ["item"], wanted))
    cold = served.rows(tables.COLD_USERS, ["items"], equal)
    return sorted(cold[0]["items"] or []) if cold else []
