"""The options that all stage commands share."""

import re
from collections.abc import Callable, Mapping
from datetime import date as day
from typing import TYPE_CHECKING, Any, TypeVar

import click

from steamrec.cli.logs import set_up_logs
from steamrec.errors import UsageError

if TYPE_CHECKING:
    from steamrec.data.context import Context
    from steamrec.workspace import Workspace

Command = TypeVar("Command", bound=Callable[..., Any])

workspace_option = click.option(
    "--workspace",
    default="workspace",
    show_default=True,
    metavar="DIR_OR_URI",
    help="Where tables, models and exports are.",
)

set_option = click.option(
    "--set",
    "overrides",
    multiple=True,
    metavar="SECTION.KEY=VALUE",
    help="Change one setting; may be repeated.",
)

OPTIONS = (
    click.option(
        "--config",
        metavar="FILE.toml",
        help="Settings; conf/ holds examples.  [default: those of docs/settings.md]",
    ),
    workspace_option,
    set_option,
    click.option(
        "--master",
        metavar="URL",
        help="Spark's master.  [default: local[*], or what spark-submit chose]",
    ),
    click.option("--fresh", is_flag=True, help="Run even what is finished already."),
    click.option(
        "--log-format",
        type=click.Choice(["text", "json"]),
        default="text",
        show_default=True,
        help="Lines for people or for machines.",
    ),
)

date_option = click.option(
    "--date", metavar="YYYY-MM-DD", help="The night's date.  [default: today]"
)

rollback_option = click.option("--rollback", is_flag=True, help="The same as `steamrec rollback`.")


def stage_options(command: Command) -> Command:
    """Give `command` the shared options."""
    for option in reversed(OPTIONS):
        command = option(command)
    return command


def open_context(options: Mapping[str, Any], date: str | None) -> "Context":
    """The context of a run, with all that can be checked before any work starts checked.

    Raises UsageError.
    """
    set_up_logs(options["log_format"])
    from steamrec.data.context import Context
    from steamrec.doctor.machine import require_machine
    from steamrec.settings import load_settings
    from steamrec.workspace import run_log

    settings = load_settings(options["config"], options["overrides"])
    date = parse_date(date)
    require_machine(options["master"])
    workspace = open_workspace(options["workspace"])
    if workspace.local:
        run_log.start(workspace.root)
    else:
        run_log.start_on_standard_error()
    return Context(settings, workspace, options["master"], date, options["fresh"])


def open_workspace(root: str) -> "Workspace":
    """The workspace, held for this process and in today's layout.

    Raises UsageError for a place that cannot be one or cannot be written, RunError when another
    process holds it.
    """
    from steamrec.publish.layout import upgrade_layout
    from steamrec.workspace import Workspace
    from steamrec.workspace.lock import check_layout, lock

    if not root.strip() or "\0" in root:
        raise UsageError(f"--workspace takes a folder or a URI, not {root!r}.")
    try:
        workspace = Workspace(root)
    except (ImportError, ValueError) as error:
        raise UsageError(f"The workspace {root} cannot be opened: {error}.") from None
    workspace.check_writable()
    lock(workspace)
    check_layout(workspace, upgrade_layout)
    return workspace


def parse_date(text: str | None) -> str:
    """The date as YYYY-MM-DD, today's for None; raises UsageError."""
    if text is None:
        return day.today().isoformat()
    try:
        if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, re.ASCII):
            raise ValueError
        return day.fromisoformat(text).isoformat()
    except ValueError:
        raise UsageError(f"--date takes YYYY-MM-DD, not {text!r}.") from None
