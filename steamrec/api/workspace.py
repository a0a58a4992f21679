"""The workspace, as a Python program uses it."""

import os
from datetime import date as day
from typing import TYPE_CHECKING, Literal, overload

from steamrec.api.dates import date_text
from steamrec.api.metrics import metrics_frame, read_metrics
from steamrec.api.opening import held_workspace, workspace_at
from steamrec.api.run import RunResult, run
from steamrec.errors import UsageError
from steamrec.pipeline.commands import NIGHTLY
from steamrec.publish.published_run import PublishedRun, published_run_of

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from steamrec.api.status import Status
    from steamrec.serving.recommender import Recommender
    from steamrec.settings import Settings


class Workspace:
    """A folder (or a URI) that holds the tables, models and published lists of a recommender.

    `path` need not be there yet: the first run creates it. Raises UsageError for a path that
    cannot be a workspace. Nothing is read before a method is called, and every method reads what
    is there at that moment.
    """

    def __init__(self, path: str | os.PathLike[str] = "workspace") -> None:
        self._files = workspace_at(os.fspath(path))

    @property
    def path(self) -> str:
        """The absolute path, or the URI."""
        return self._files.root

    def __fspath__(self) -> str:
        return self.path

    def __repr__(self) -> str:
        return f"Workspace({self.path!r})"

    def run(
        self,
        settings: "Settings | None" = None,
        *,
        date: str | day | None = None,
        master: str | None = None,
        fresh: bool = False,
        command: str = NIGHTLY,
    ) -> RunResult:
        """Run the night here, as steamrec.run(workspace, settings) does."""
        return run(self, settings, date=date, master=master, fresh=fresh, command=command)

    def recommender(self) -> "Recommender":
        """The recommender over the run that is published now.

        Raises UsageError when nothing is published, RunError when what is published is damaged.
        """
        from steamrec.serving.recommender import open_recommender

        return open_recommender(self.path)

    def metrics(self) -> "pd.DataFrame":
        """The last evaluation: model, protocol, metric, k, value, ci95_low, ci95_high.

        One row per model, protocol ("sampled" or "full"), metric ("hr", "ndcg" or "mrr") and k;
        `attrs` holds users, items and best. Raises UsageError when nothing was evaluated yet,
        RunError when metrics.json is damaged.
        """
        figures = read_metrics(self._files)
        if figures is None:
            raise UsageError(
                f"Nothing is evaluated in {self.path} yet; run `steamrec nightly` first, or give "
                "another --workspace."
            )
        return metrics_frame(figures)

    @overload
    def published(
        self, date: str | day | None = None, *, format: Literal["pandas"] = "pandas"
    ) -> "pd.DataFrame": ...

    @overload
    def published(
        self, date: str | day | None = None, *, format: Literal["arrow"]
    ) -> "pa.Table": ...

    def published(
        self,
        date: str | day | None = None,
        *,
        format: Literal["pandas", "arrow"] = "pandas",
    ) -> "pd.DataFrame | pa.Table":
        """The published lists: user_id, rank, item_id, item_name, score, source.

        date: None for the run that readers see, or the date of a night: its last published run
        that is still kept. format: "pandas" for a DataFrame, "arrow" for a pyarrow Table. Sorted by
        user_id and rank. Raises UsageError when nothing is published (for that date), RunError
        when the files are damaged.
        """
        from steamrec.serving.published_lists import published_lists

        if format not in ("pandas", "arrow"):
            raise UsageError(f"format is 'pandas' or 'arrow', not {format!r}.")
        table = published_lists(self._files, None if date is None else date_text(date))
        return table.to_pandas() if format == "pandas" else table

    def status(
        self, settings: "Settings | None" = None, *, date: str | day | None = None
    ) -> "Status":
        """What is finished and published, and what a next night would run and why.

        settings: of the next night; None: those of the last command here. Raises UsageError when
        there is no workspace.
        """
        from steamrec.api.status import read_status

        return read_status(self._files, settings, date_text(date))

    def rollback(self) -> PublishedRun:
        """Show readers the run published before the one that they see; returns it.

        Raises UsageError when there is none, RunError when another run works in the workspace.
        """
        from steamrec.publish.rollback import roll_back

        if not self._files.exists("exports"):
            raise UsageError(f"{self.path} has no earlier published run to go back to.")
        with held_workspace(self.path) as files:
            return published_run_of(files, roll_back(files))
