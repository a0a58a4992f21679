"""`steamrec rollback`, also `steamrec export --rollback`: go back to the run before."""

import click

from steamrec.cli.options import workspace_option
from steamrec.cli.terminal import say


@click.command(short_help="Go back to the run published before.")
@workspace_option
def rollback(workspace: str) -> None:
    """Go back to the run published before: its lists and all that `recommend` reads, in one step.

    Only exports/latest.json is written. Each further rollback goes one more run back. Needs
    neither Java nor settings.
    """
    print_rollback(workspace)


def print_rollback(root: str) -> None:
    """Go back to the run before and say which it is; raises UsageError when there is none."""
    from steamrec.api.workspace import Workspace

    run = Workspace(root).rollback()
    say(f"Readers now see run {run.run_id} of {run.date}: {run.rows:,} rows.")
    say("A night that makes the lists left behind again is refused (gates.rolled_back).")
