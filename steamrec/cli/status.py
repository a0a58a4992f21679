"""`steamrec status`: what is in a workspace and what the next night would run, without Spark."""

from typing import TYPE_CHECKING

import click

from steamrec.cli.gates import gate_lines
from steamrec.cli.options import config_option, date_option, set_option, workspace_option
from steamrec.cli.terminal import clean, say

if TYPE_CHECKING:
    from steamrec.api.status import Status


@click.command(short_help="Show what is finished, what is published, and what would run next.")
@workspace_option
@config_option("Plan a night with these settings.")
@set_option
@date_option
def status(
    workspace: str, config: str | None, overrides: tuple[str, ...], date: str | None
) -> None:
    """Show what is finished and published, what the next night would run, and why.

    Without --config and --set, the next night has the settings of the last command.
    """
    from steamrec.api.workspace import Workspace
    from steamrec.models.settings import load_settings

    settings = load_settings(config, overrides) if config or overrides else None
    found = Workspace(workspace).status(settings, date=date)
    say(f"Workspace {found.path}")
    for line in [*_published(found), "", *_table(found), "", _next(found)]:
        say(line)


def _published(found: "Status") -> list[str]:
    run = found.published
    if run is None:
        lines = ["Published: nothing yet"]
    else:
        lines = [
            f"Published: {run.date}, run {run.run_id}, model {run.model}, "
            f"{run.rows:,} rows for {run.users:,} users",
            *gate_lines(found.gates, found.short_lists),
        ]
    for left in found.rolled_back:
        lines.append(
            f"Rolled back from: {left['date']}, run {left['run_id']}; a night that makes its lists "
            "again is refused (gates.rolled_back)"
        )
    if refused := found.refused:
        lines.append(f"Refused: {refused['date']}, run {refused['run_id']}: {refused['why']}")
    if found.unfinished:
        names = ", ".join(found.unfinished)
        lines.append(f"Written later and not published (cut off): {names}")
    return lines


def _table(found: "Status") -> list[str]:
    lines = [f"{'stage':<18}{'finished':<22}{'seconds':>9}{'rows':>14}  next night"]
    for stage in found.stages:
        reason = f"runs: {clean(stage.reason)}" if stage.reason else "up to date"
        finished = seconds = "-"
        if stage.receipt is not None:
            finished = stage.receipt.finished[:19].replace("T", " ") + "Z"
            seconds = f"{stage.receipt.seconds:,.1f}"
        rows = "-" if stage.rows is None else f"{stage.rows:,}"
        lines.append(f"{stage.name:<18}{finished:<22}{seconds:>9}{rows:>14}  {reason}")
    return lines


def _next(found: "Status") -> str:
    if not found.next_stages:
        return "The next night would run nothing: all stages are up to date."
    return f"The next night would run {', '.join(found.next_stages)}."
