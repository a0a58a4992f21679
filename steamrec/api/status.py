"""What a workspace holds and what a next night would run, without Spark."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from steamrec.data.context import Context
from steamrec.errors import RunError, UsageError
from steamrec.pipeline.declarations import night
from steamrec.pipeline.last_settings import last_settings
from steamrec.pipeline.plan import Planned, plan
from steamrec.publish.pointer import load_pointer
from steamrec.publish.published_fields import lists_folder
from steamrec.publish.published_run import PublishedRun, published_run_of
from steamrec.publish.rejection import read_refusal
from steamrec.settings import Settings
from steamrec.workspace import Workspace

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Status:
    """The state of a workspace.

    path: the workspace. published: the run that readers see. gates: what its record says of each
    gate (gate, verdict, setting, measured, limit, why), None when it does not say. short_lists: its
    lists with fewer than export.k items, likewise. rolled_back: date, run_id and content_hash of
    the runs that readers were taken back from. refused: date, run_id, model and why of the run
    that a gate refused last. unfinished: the ids of runs that were written
    after the published one and cut off. stages: every stage of a next night, in order, with its
    last receipt and the reason why it would run (empty when it is up to date).
    """

    path: str
    published: PublishedRun | None
    gates: tuple[dict[str, Any], ...] | None
    short_lists: int | None
    rolled_back: tuple[dict[str, str], ...]
    refused: dict[str, Any] | None
    unfinished: tuple[str, ...]
    stages: tuple[Planned, ...]

    @property
    def next_stages(self) -> tuple[str, ...]:
        """The names of the stages that a next night would run."""
        return tuple(stage.name for stage in self.stages if stage.reason)

    def to_pandas(self) -> "pd.DataFrame":
        """One row per stage: stage, finished, seconds, rows, reason; no values where it never ran.

        reason: why a next night would run the stage, empty when it is up to date.
        """
        import pandas as pd

        columns = ["stage", "finished", "seconds", "rows", "reason"]
        rows = []
        for stage in self.stages:
            receipt = stage.receipt
            finished, seconds = (receipt.finished, receipt.seconds) if receipt else (None, None)
            rows.append((stage.name, finished, seconds, stage.rows, stage.reason))
        return pd.DataFrame(rows, columns=columns)


def read_status(workspace: Workspace, settings: Settings | None, date: str) -> Status:
    """The workspace's state before a night of `date` with `settings` (None: the last command's).

    Raises UsageError when there is no workspace, RunError when a file that says it is damaged.
    """
    if not workspace.exists("receipts"):
        raise UsageError(
            f"There is no workspace in {workspace.root}; give another --workspace, or run "
            "`steamrec nightly` to make one."
        )
    settings = last_settings(workspace) if settings is None else settings
    planned = plan(night(settings), Context(settings, workspace, date=date))
    pointer = load_pointer(workspace)
    run = pointer.run
    refused = read_refusal(workspace)
    gates, short_lists = _gates(workspace, run) if run else (None, None)
    known = {left["run_id"] for left in pointer.rolled_back}
    known |= {refused["run_id"]} if refused else set()
    return Status(
        path=workspace.root,
        published=published_run_of(workspace, run) if run else None,
        gates=gates,
        short_lists=short_lists,
        rolled_back=pointer.rolled_back,
        refused=refused,
        unfinished=_unfinished(workspace, str(run["run_id"]) if run else "", known),
        stages=tuple(planned),
    )


def _gates(
    workspace: Workspace, run: dict[str, Any]
) -> tuple[tuple[dict[str, Any], ...] | None, int | None]:
    """The gates and the number of short lists in the run's record; None each when unknown."""
    try:
        record = workspace.read_json(f"{lists_folder(run)}/_run.json")
        return tuple(dict(gate) for gate in record["gates"]), int(record["short_lists"])
    except (FileNotFoundError, RunError, KeyError, TypeError, ValueError):
        return None, None


def _unfinished(workspace: Workspace, published: str, known: set[str]) -> tuple[str, ...]:
    """The runs under exports/ after the published one, oldest first; an id starts with its time."""
    nights = [name for name in workspace.list("exports") if name.startswith("dt=")]
    names = [name for night in nights for name in workspace.list(f"exports/{night}")]
    runs = sorted(name.removeprefix("run=") for name in names if name.startswith("run="))
    return tuple(run for run in runs if run > published and run not in known)
