"""`steamrec status`: what is in a workspace and what the next night would run, without Spark."""

from collections.abc import Sequence
from datetime import date as day

from steamrec.cli.terminal import clean, say
from steamrec.data.context import Context
from steamrec.errors import UsageError
from steamrec.pipeline.declarations import night
from steamrec.pipeline.last_settings import last_settings
from steamrec.pipeline.plan import Planned, plan
from steamrec.publish.pointer import read_pointer
from steamrec.publish.rejection import read_refusal
from steamrec.workspace import Workspace

GATES = "users, ranks, items, scores, owned, excluded"


def print_status(root: str, config: str | None, overrides: Sequence[str], date: str) -> None:
    """Print the workspace's state; raises UsageError when there is no workspace.

    Without `config` and `overrides` the next night has the settings of the last command.
    """
    from steamrec.models.settings import load_settings

    workspace = Workspace(root)
    if not workspace.exists("receipts"):
        raise UsageError(
            f"There is no workspace in {workspace.root}; give another --workspace, or run "
            "`steamrec nightly` to make one."
        )
    kept = not config and not overrides
    settings = last_settings(workspace) if kept else load_settings(config, overrides)
    context = Context(settings, workspace, date=date or day.today().isoformat())
    planned = plan(night(settings), context)
    say(f"Workspace {workspace.root}")
    for line in [*_published(workspace, planned), "", *_table(planned), "", _next(planned)]:
        say(line)


def _published(workspace: Workspace, planned: list[Planned]) -> list[str]:
    if not workspace.exists("exports/latest.json"):
        lines, published = ["Published: nothing yet"], ""
    else:
        latest = read_pointer(workspace) or {}
        published = str(latest["run_id"])
        lines = [
            f"Published: {latest['date']}, run {published}, model {latest['model']}, "
            f"{latest['rows']:,} rows for {latest['users']:,} users"
        ]
        export = next((one.receipt for one in planned if one.name == "export"), None)
        if export and any(published in name for name in export.outputs):
            short = export.counts.get("short_lists", 0)
            lines.append(f"Gates: all passed ({GATES}); {short:,} lists are shorter than export.k")
        else:
            lines.append("Gates: passed; the export's receipt is of another run")
    refusal = read_refusal(workspace)
    if refusal:
        lines.append(f"Refused: {refusal['date']}, run {refusal['run_id']}: {refusal['why']}")
    known = {refusal["run_id"]} if refusal else set()
    later = [run for run in _runs(workspace) if run > published and run not in known]
    if later:
        lines.append(f"Written later and not published (cut off): {', '.join(later)}")
    return lines


def _runs(workspace: Workspace) -> list[str]:
    """The run ids under exports/, oldest first; an id starts with its time."""
    nights = [name for name in workspace.list("exports") if name.startswith("dt=")]
    runs = [run for night in nights for run in workspace.list(f"exports/{night}")]
    return sorted(run.removeprefix("run=") for run in runs if run.startswith("run="))


def _table(planned: list[Planned]) -> list[str]:
    lines = [f"{'stage':<18}{'finished':<22}{'seconds':>9}{'rows':>14}  next night"]
    for one in planned:
        reason = f"runs: {clean(one.reason)}" if one.reason else "up to date"
        if one.receipt is None:
            lines.append(f"{one.name:<18}{'-':<22}{'-':>9}{'-':>14}  {reason}")
            continue
        counted = [output["rows"] for output in one.receipt.outputs.values() if "rows" in output]
        rows = f"{sum(counted):,}" if counted else "-"
        finished = one.receipt.finished[:19].replace("T", " ") + "Z"
        lines.append(
            f"{one.name:<18}{finished:<22}{one.receipt.seconds:>9,.1f}{rows:>14}  {reason}"
        )
    return lines


def _next(planned: list[Planned]) -> str:
    names = [one.name for one in planned if one.reason]
    if not names:
        return "The next night would run nothing: all stages are up to date."
    return f"The next night would run {', '.join(names)}."
