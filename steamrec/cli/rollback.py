"""`steamrec export --rollback`: readers see the run before again."""

import click

from steamrec.publish.runs import roll_back
from steamrec.workspace import Workspace


def print_rollback(workspace: Workspace) -> None:
    """Go back to the run before and say which it is; raises UsageError when there is none."""
    run = roll_back(workspace)
    click.echo(f"Readers now see run {run['run_id']} of {run['date']}: {run['rows']:,} rows.")
