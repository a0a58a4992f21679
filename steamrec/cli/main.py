"""The command line: `steamrec COMMAND`."""

import os
import sys
from collections.abc import Sequence

import click

from steamrec import __version__
from steamrec.cli.doctor import doctor
from steamrec.cli.generate import generate
from steamrec.cli.recommend import recommend
from steamrec.cli.rollback import rollback
from steamrec.cli.shell import settle_shell
from steamrec.cli.stages import stage_command, tune
from steamrec.cli.status import status
from steamrec.cli.stopping import asked_to_stop, leave, stop_on_signals, stop_with_parent
from steamrec.cli.terminal import print_whatever_the_encoding, say
from steamrec.errors import SteamrecError, UnexpectedError
from steamrec.pipeline.commands import COMMANDS


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="steamrec")
def cli() -> None:
    """Nightly recommendations: a list of items per user.

    \b
    From a raw file to published lists:
      steamrec nightly --config steam --set input.path=australian_users_items.json.gz
      steamrec recommend USER_ID
      steamrec recommend --like "Portal 2"
    On a synthetic file, to try it:
      steamrec generate --users 3000 --seed 1 --output sample.json.gz
      steamrec nightly --config sample --set input.path=sample.json.gz
    To see what is finished and what would run next:
      steamrec status
    To check this machine:
      steamrec doctor

    Tables, models, exports and report.html go to --workspace (default: ./workspace). Settings
    come from --config and --set; docs/settings.md lists them all.
    Exit codes: 0 done, 1 a run failed, 2 bad use or settings, 3 a gate refused to publish.
    """


for _command in (
    generate,
    *map(stage_command, COMMANDS),
    recommend,
    rollback,
    status,
    tune,
    doctor,
):
    cli.add_command(_command)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and leave with its exit code: 0, 1, 2 or 3."""
    stop_on_signals()
    if "PYSPARK_GATEWAY_PORT" in os.environ:  # spark-submit started this process
        stop_with_parent()
    settle_shell()
    print_whatever_the_encoding()
    try:
        cli.main(args=None if arguments is None else list(arguments), standalone_mode=False)
    except click.exceptions.Exit as exit_:
        sys.exit(exit_.exit_code)
    except (click.Abort, KeyboardInterrupt):
        if asked_to_stop():
            leave()
        click.echo("Stopped.", err=True)
        sys.exit(1)
    except Exception as error:
        if asked_to_stop():
            leave()
        sys.exit(_report(error))


def _report(error: Exception) -> int:
    """Print the one sentence for `error`, as the last line; returns the exit code."""
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        error.show()
        return error.exit_code
    if isinstance(error, click.ClickException):
        context = getattr(error, "ctx", None)
        command = context.command_path if context else "steamrec"
        message = " ".join(error.format_message().split()).rstrip(".")
        say(f"steamrec: {message}; see `{command} --help`.", err=True)
        return error.exit_code
    if isinstance(error, SteamrecError):
        if error.__cause__ is not None and not isinstance(error, UnexpectedError):
            from steamrec.workspace import run_log

            run_log.add_traceback(error)
        say(f"steamrec: {error}", err=True)
        return error.exit_code
    if os.environ.get("STEAMREC_DEBUG"):
        raise error
    from steamrec.pipeline.failures import failure_sentence

    say(f"steamrec: {failure_sentence(error)}", err=True)
    return 1
