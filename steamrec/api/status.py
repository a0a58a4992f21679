"""What a workspace holds and what a next night would run, without Spark."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from steamrec.data.context import Context
from steamrec.errors import UsageError
from steamrec.pipeline.declarations import night
from steamrec.pipeline.last_settings import last_settings
from steamrec.pipeline.plan import Planned, plan
from steamrec.publish.pointer import read_pointer
from steamrec.publish.published_run import PublishedRun, published_run_of
from steamrec.publish.rejection import read_refusal
from steamrec.settings import Settings
from steamrec.workspace import Workspace

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Status:
    """The state of a workspace.

    path: the workspace. published: the run that readers see. short_lists: its lists with fewer
    than export.k items, None when the export's receipt is of another run. refused: date, run_id,
    model and why of the run that a gate refused last. unfinished: the ids of runs that were written
    after the published one and cut off. stages: every stage of a next night, in order, with its
    last receipt and the reason why it would run (empty when it is up to date).
    """

    path: str
    published: PublishedRun | None
    short_lists: int | None
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
    pointer = read_pointer(workspace)
    refused = read_refusal(workspace)
    return Status(
        path=workspace.root,
        published=published_run_of(workspace, pointer) if pointer else None,
        short_lists=_short_lists(planned, pointer["run_id"]) if pointer else None,
        refused=refused,
        unfinished=_unfinished(
            workspace, pointer["run_id"] if pointer else "", refused["run_id"] if refused else ""
        ),
        stages=tuple(planned),
    )


def _short_lists(planned: list[Planned], published: str) -> int | None:
    export = next((stage.receipt for stage in planned if stage.name == "export"), None)
    if export is None or not any(published in name for name in export.outputs):
        return None
    return int(export.counts.get("short_lists", 0))


def _unfinished(workspace: Workspace, published: str, refused: str) -> tuple[str, ...]:
    """The runs under exports/ after the published one, oldest first; an id starts with its time."""
    nights = [name for name in workspace.list("exports") if name.startswith("dt=")]
    names = [name for night in nights for name in workspace.list(f"exports/{night}")]
    runs = sorted(name.removeprefix("run=") for name in names if name.startswith("run="))
    return tuple(run for run in runs if run > published and run != refused)
