"""The options that commands share."""

from collections.abc import Callable
from typing import Any, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., Any])

workspace_option = click.option(
    "--workspace",
    default="workspace",
    show_default=True,
    metavar="DIR_OR_URI",
    help="The folder or URI with the tables, models and exports.",
)

set_option = click.option(
    "--set",
    "overrides",
    multiple=True,
    metavar="SECTION.KEY=VALUE",
    help="Change one setting; may be repeated.",
)


def config_option(help_text: str) -> Callable[[Command], Command]:
    """The option --config with this help."""
    return click.option("--config", metavar="FILE.toml", help=help_text)


master_option = click.option(
    "--master",
    metavar="URL",
    help="Spark's master.  [default: local[*], or what spark-submit chose]",
)

STAGE_OPTIONS = (
    config_option(
        "Settings: a file, or the name of one that comes with steamrec (steam, sample, notebook).  "
        "[default: those of docs/settings.md]"
    ),
    workspace_option,
    set_option,
    master_option,
    click.option("--fresh", is_flag=True, help="Run all stages again, also finished ones."),
    click.option(
        "--log-format",
        type=click.Choice(["text", "json"]),
        default="text",
        show_default=True,
        help="Log lines as text or as JSON.",
    ),
)

date_option = click.option(
    "--date", metavar="YYYY-MM-DD", help="The night's date.  [default: today]"
)

rollback_option = click.option("--rollback", is_flag=True, help="The same as `steamrec rollback`.")


def stage_options(command: Command) -> Command:
    """Give `command` the options of all commands that run stages."""
    for option in reversed(STAGE_OPTIONS):
        command = option(command)
    return command
