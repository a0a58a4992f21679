"""A published run, as people and programs see it."""

from dataclasses import dataclass
from typing import Any

from steamrec.workspace import Workspace


@dataclass(frozen=True)
class PublishedRun:
    """One published run.

    date: the night's date (YYYY-MM-DD). run_id: its id. path: the folder of its lists, absolute or
    a URI. rows: recommendations in all lists. users: users with a list. model: whose lists they
    are.
    """

    date: str
    run_id: str
    path: str
    rows: int
    users: int
    model: str


def published_run_of(workspace: Workspace, run: dict[str, Any]) -> PublishedRun:
    """The published run that a checked pointer or record names."""
    return PublishedRun(
        run["date"],
        run["run_id"],
        workspace.path(run["path"]),
        run["rows"],
        run["users"],
        run["model"],
    )
