"""Inputs are not steamrec's own tables: a night would write what it reads."""

from collections.abc import Iterable
from pathlib import Path

from steamrec.errors import UsageError
from steamrec.workspace import Workspace

# What a night writes in its workspace, by the first part of the name.
OWN = frozenset(
    [
        "cold_ranks",
        "cold_users",
        "exports",
        "holdout",
        "interactions",
        "item_metadata",
        "item_metadata_quarantine",
        "items",
        "libraries",
        "logs",
        "models",
        "negatives",
        "predefined",
        "quarantine",
        "ranks",
        "receipts",
        "serving",
        "tensorboard",
        "train",
        "tune",
        "users",
    ]
)


def refuse_own_tables(workspace: Workspace, paths: Iterable[str], setting: str) -> None:
    """Raise UsageError when one of the input files `paths` is of a table in `workspace`.

    Links are followed. Another folder in the workspace, such as raw/, may hold inputs.
    """
    if not workspace.local:
        return
    root = Path(workspace.root).resolve()
    for path in paths:
        file = Path(path).resolve() if "://" not in path else Path()
        if root in file.parents and file.relative_to(root).parts[0] in OWN:
            raise UsageError(
                f"{setting} names {path}, which a night in the workspace {workspace.root} writes "
                "itself; copy it to another folder, or give another --workspace."
            )
