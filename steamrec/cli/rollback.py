"""`steamrec rollback`, also `steamrec export --rollback`: go back to the run before."""

from steamrec.cli.options import open_workspace
from steamrec.cli.terminal import say
from steamrec.errors import UsageError
from steamrec.publish.runs import roll_back
from steamrec.workspace import Workspace


def print_rollback(root: str) -> None:
    """Go back to the run before and say which it is; raises UsageError when there is none."""
    workspace = Workspace(root)
    if not workspace.exists("exports"):
        raise UsageError(f"{workspace.root} has no earlier published run to go back to.")
    run = roll_back(open_workspace(root))
    say(f"Readers now see run {run['run_id']} of {run['date']}: {run['rows']:,} rows.")
