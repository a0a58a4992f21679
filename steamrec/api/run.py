"""Running a night, or the stages of one command, from Python."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date as day
from typing import TYPE_CHECKING, Any

from steamrec.api.dates import date_text
from steamrec.api.metrics import metrics_frame, read_metrics
from steamrec.api.opening import held_workspace
from steamrec.errors import SteamrecError, UnexpectedError, UsageError
from steamrec.pipeline.commands import COMMANDS, NIGHTLY
from steamrec.publish.pointer import read_pointer
from steamrec.publish.published_run import PublishedRun, published_run_of
from steamrec.settings import Settings

if TYPE_CHECKING:
    import pandas as pd

    from steamrec.api.workspace import Workspace
    from steamrec.data.context import Context
    from steamrec.workspace import Receipt


@dataclass(frozen=True)
class RunResult:
    """What a run left in its workspace.

    command: which stages were asked for. date: the night's date. published: the run that readers
    see after it, None for a command that publishes nothing. figures: the content of metrics.json,
    None for a command that does not evaluate. receipts: of the stages asked for, in order, those
    that were up to date among them.
    """

    command: str
    date: str
    published: PublishedRun | None
    figures: dict[str, Any] | None
    receipts: "tuple[Receipt, ...]"

    @property
    def run_id(self) -> str | None:
        """The id of the published run."""
        return self.published.run_id if self.published else None

    @property
    def path(self) -> str | None:
        """The folder of the published lists."""
        return self.published.path if self.published else None

    @property
    def metrics(self) -> "pd.DataFrame":
        """The metrics as Workspace.metrics() returns them; no rows when there are none."""
        return metrics_frame(self.figures or {"results": []})


def run(
    workspace: "Workspace | str | os.PathLike[str]",
    settings: Settings | None = None,
    *,
    date: str | day | None = None,
    master: str | None = None,
    fresh: bool = False,
    command: str = NIGHTLY,
    on_open: Callable[[], None] | None = None,
) -> RunResult:
    """Run the night in `workspace`, each stage only when it has a reason to.

    settings: what load_settings returned; None: the defaults. date: the night's date, "YYYY-MM-DD"
    or a date; None: today. master: Spark's URL; None: what spark-submit chose, or local[*]. fresh:
    run even what is up to date. command: "nightly" for all stages, or "ingest", "prepare",
    "sample", "train", "evaluate", "export" or "report" for the stages of that command alone.
    on_open: called once, when the workspace is held and its log file is known.

    Raises UsageError, before any work starts, for bad settings, missing inputs or a machine that
    cannot run it; GateRefusedError when a gate refused to publish; RunError when the run failed.
    After an error the same call continues where the run stopped.
    """
    if command not in COMMANDS:
        raise UsageError(f"command is one of {', '.join(COMMANDS)}, not {command!r}.")
    with opened_context(workspace, settings, date, master, fresh) as context:
        if on_open is not None:
            on_open()
        from steamrec.pipeline.nightly import run_command

        receipts = run_command(command, context)
        files = context.workspace
        pointer = read_pointer(files) if COMMANDS[command].publishes else None
        published = published_run_of(files, pointer) if pointer else None
        figures = read_metrics(files) if COMMANDS[command].evaluates else None
        return RunResult(command, context.date, published, figures, tuple(receipts))


@contextmanager
def opened_context(
    workspace: "Workspace | str | os.PathLike[str]",
    settings: Settings | None,
    date: str | day | None,
    master: str | None,
    fresh: bool,
) -> "Iterator[Context]":
    """The context of a run, with all checked that can be checked before work starts.

    The workspace is held while the block runs. An exception that is not steamrec's own becomes an
    UnexpectedError, in one sentence. Raises UsageError and RunError as run.
    """
    from steamrec.data.context import Context
    from steamrec.doctor.machine import require_machine
    from steamrec.models.settings import load_settings
    from steamrec.workspace import run_log

    if not isinstance(settings, Settings | None):
        raise UsageError(
            f"settings takes what steamrec.load_settings returns, not {type(settings).__name__}."
        )
    night = date_text(date)
    require_machine(master)
    with held_workspace(os.fspath(workspace)) as files:
        run_log.start(files.root if files.local else None)
        if not files.local:
            run_log.start_on_standard_error()
        context = Context(settings or load_settings(), files, master, night, fresh)
        try:
            yield context
        except BaseException as error:
            _cancel_jobs(context)
            if not isinstance(error, Exception) or isinstance(error, SteamrecError):
                raise
            if os.environ.get("STEAMREC_DEBUG"):
                raise
            from steamrec.pipeline.failures import failure_sentence

            raise UnexpectedError(failure_sentence(error)) from error


def _cancel_jobs(context: "Context") -> None:
    """End the Spark jobs of a run that failed: nothing may write to a workspace that is free."""
    session = context.__dict__.get("spark")
    if session is not None:
        with suppress(Exception):  # the JVM may be gone, and its jobs with it
            session.sparkContext.cancelAllJobs()
