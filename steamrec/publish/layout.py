"""Bringing the files of published runs from layout 1 to layout 2: paths become relative."""

from typing import Any

from steamrec.errors import RunError
from steamrec.publish.pointer import POINTER
from steamrec.publish.published_fields import checked_record, checked_run
from steamrec.workspace import Workspace
from steamrec.workspace.json_text import json_bytes, parsed_json


def upgrade_layout(workspace: Workspace) -> None:
    """Rewrite the records of all runs, then the pointer.

    A damaged file stays as it is: whoever needs it names it. So does a record without `ndcg` and
    `previous`, which a later night cannot compare with.
    """
    for date in workspace.list("exports"):
        if date.startswith("dt="):
            for run in workspace.list(f"exports/{date}"):
                _rewrite(workspace, f"exports/{date}/{run}/_run.json", record=True)
    _rewrite(workspace, POINTER, record=False)


def _rewrite(workspace: Workspace, name: str, record: bool) -> None:
    content = workspace.content(name)
    if content is None:
        return
    try:
        found: Any = parsed_json(content, workspace.path(name))
        check = checked_record if record else checked_run
        upgraded = check(found, workspace.path(name))
    except RunError:
        return
    workspace.replace(name, json_bytes(upgraded), content)
