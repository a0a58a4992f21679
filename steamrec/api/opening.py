"""Opening a workspace to change it: held for one run, and in today's layout."""

from collections.abc import Iterator
from contextlib import contextmanager

from steamrec.errors import UsageError
from steamrec.publish.layout import upgrade_layout
from steamrec.workspace import Workspace
from steamrec.workspace.lock import check_layout, hold


def workspace_at(root: str) -> Workspace:
    """The workspace at `root`, which need not be there yet; raises UsageError for a bad root."""
    if not root.strip() or "\0" in root:
        raise UsageError(f"--workspace takes a folder or a URI, not {root!r}.")
    try:
        return Workspace(root)
    except (ImportError, ValueError) as error:
        raise UsageError(f"The workspace {root} cannot be opened: {error}.") from None


@contextmanager
def held_workspace(root: str) -> Iterator[Workspace]:
    """The workspace at `root`, created if need be, held while the block runs.

    Raises UsageError for a place that cannot be a workspace or cannot be written, RunError when
    another run holds it.
    """
    workspace = workspace_at(root)
    workspace.check_writable()
    with hold(workspace):
        check_layout(workspace, upgrade_layout)
        yield workspace
