"""The command line: `steamrec COMMAND`."""

import os
import sys
from collections.abc import Sequence

import click

from steamrec import __version__
from steamrec.cli.options import (
    date_option,
    open_context,
    parse_date,
    rollback_option,
    set_option,
    stage_options,
    workspace_option,
)
from steamrec.cli.stopping import asked_to_stop, leave, stop_on_signals, stop_with_parent
from steamrec.cli.terminal import print_whatever_the_encoding, say
from steamrec.errors import SteamrecError, UsageError


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="steamrec")
def cli() -> None:
    """Nightly recommendations for Steam libraries.

    \b
    From a raw file to published lists in one go:
      steamrec nightly --config conf/steam.toml --set input.path=australian_users_items.json.gz
    On a made file, to try it:
      steamrec generate --users 3000 --seed 1 --output sample.json.gz
      steamrec nightly --config conf/sample.toml --set input.path=sample.json.gz
      steamrec recommend USER_ID
      steamrec recommend --like "Portal 2"
      steamrec status
    Whether this machine can run it:
      steamrec doctor

    Tables, models, exports and report.html go to --workspace (default: ./workspace). Settings
    come from --config and --set; docs/settings.md lists them all.
    Exit codes: 0 done, 1 a run failed, 2 bad use or settings, 3 a gate refused to publish.
    """


@cli.command()
@click.option("--users", type=click.IntRange(1), default=3000, show_default=True, help="Users.")
@click.option(
    "--seed",
    type=click.IntRange(0, 2**31 - 1),
    default=1,
    show_default=True,
    help="The same seed and number of users always give the same file.",
)
@click.option(
    "--output",
    type=click.Path(dir_okay=False),
    required=True,
    help="The file to write; compressed where it ends in .gz.",
)
@click.option(
    "--items-output",
    type=click.Path(dir_okay=False),
    help="Also write facts about its items here, for input.items_path.",
)
def generate(users: int, seed: int, output: str, items_output: str | None) -> None:
    """Make a synthetic Steam file in the raw format.

    \b
    Example:
      steamrec generate --users 3000 --seed 1 --output sample.json.gz --items-output games.json.gz
    """
    from steamrec.synthetic.write import write_facts, write_file

    figures = write_file(users, seed, output)
    click.echo(f"{output}: {figures['lines']:,} lines, {figures['item_rows']:,} items owned")
    if items_output is not None:
        click.echo(f"{items_output}: {write_facts(users, seed, items_output):,} lines")


def _add_stage_command(name: str, help_text: str, dated: bool = False) -> None:
    @stage_options
    def command(date: str | None = None, rollback: bool = False, **options: object) -> None:
        if rollback:
            from steamrec.cli.rollback import print_rollback

            print_rollback(str(options["workspace"]))
            return
        from steamrec.pipeline.nightly import run_command

        context = open_context(options, date)
        run_command(name, context)

    if dated:
        command = date_option(command)
    if name == "export":
        command = rollback_option(command)
    example = f"steamrec {name} --config conf/steam.toml --set input.path=raw.json.gz"
    full = f"{help_text}\n\n\b\nExample:\n  {example}"
    cli.command(name, help=full, short_help=help_text)(command)


for _name, _help, _dated in (
    ("ingest", "Read the raw lines; quarantine what cannot be read.", False),
    ("prepare", "Choose and number users and items; split off the holdout.", False),
    ("sample", "Draw the negatives for training and evaluation.", False),
    ("train", "Fit the models.", False),
    ("evaluate", "Rank the held-out items; write metrics.json.", False),
    ("export", "Write everybody's list, check it and publish it.", True),
    ("report", "Write report.html: figures, pictures, a few lists.", False),
    ("nightly", "Run all stages in order, but not what is finished.", True),
):
    _add_stage_command(_name, _help, _dated)


@cli.command(short_help="Print one user's list, or games like one.")
@click.argument("user", required=False)
@click.option("--like", metavar="NAME", help="Games like this one: a name or a part of it.")
@click.option(
    "--items",
    metavar="ID,ID,...",
    multiple=True,
    help="Recommend for a new user who owns these item ids. May be repeated; an id with a comma is "
    "put in double quotes, as in CSV.",
)
@click.option(
    "--k", type=click.IntRange(1), default=10, show_default=True, help="Games to print, at most."
)
@workspace_option
def recommend(
    user: str | None, like: str | None, items: tuple[str, ...], k: int, workspace: str
) -> None:
    """Print the published list of one USER (a user_id of the raw file), or of a newcomer.

    Owned games are left out; beside each game stand the owned ones that it leans on, and its
    price and genres where input.items_path was given.

    \b
    Examples:
      steamrec recommend USER_ID
      steamrec recommend --like "Portal 2"
      steamrec recommend --items 10,220,620 --k 5
      steamrec recommend --items 10 --items '"an id, with a comma"'
    """
    if sum(given is not None for given in (user, like, items or None)) != 1:
        raise UsageError("Give one of USER, --like NAME and --items ID,ID; see recommend --help.")
    from steamrec.cli.recommend import print_owned, print_user

    if user is not None:
        print_user(user, workspace, k)
    else:
        print_owned(items, like, workspace, k)


@cli.command(short_help="Show readers the run before again.")
@workspace_option
def rollback(workspace: str) -> None:
    """Show readers the run before: its lists and all that `recommend` reads, in one step.

    Nothing is written but exports/latest.json. Each further rollback goes one run back. Needs
    neither Java nor settings.
    """
    from steamrec.cli.rollback import print_rollback

    print_rollback(workspace)


@cli.command(short_help="Show what is finished, published, and would run next.")
@workspace_option
@click.option("--config", metavar="FILE.toml", help="Plan a night with these settings.")
@set_option
@date_option
def status(
    workspace: str, config: str | None, overrides: tuple[str, ...], date: str | None
) -> None:
    """Show what is finished and published, and what a next night would run.

    Without --config and --set a next night is taken to keep the settings that it had.
    """
    from steamrec.cli.status import print_status

    print_status(workspace, config, overrides, parse_date(date))


@cli.command(short_help="Search the settings of one model on the validation items.")
@click.argument("model")
@click.option("--trials", type=click.IntRange(1), default=20, show_default=True, help="In all.")
@stage_options
def tune(model: str, trials: int, **options: object) -> None:
    """Search the settings of MODEL by its validation metric, in a prepared workspace.

    A search that was stopped goes on. The best settings stand in tune/MODEL.toml of the
    workspace, for --config.
    """
    from steamrec.pipeline.nightly import refuse_stale_tables
    from steamrec.tuning.search import tune as search

    context = open_context(options, None)
    refuse_stale_tables("tune", ("split", "sample"), context)
    _, value = search(context, model, trials)
    click.echo(f"{context.workspace.path(f'tune/{model}.toml')}: validation NDCG@10 {value:.4f}")


@cli.command(short_help="Check this machine: what a night needs of it.")
@workspace_option
@click.option("--master", metavar="URL", help="Spark's master.  [default: local[*]]")
@click.option("--spark", is_flag=True, help="Also start Spark and run one tiny Python job.")
def doctor(workspace: str, master: str | None, spark: bool) -> None:
    """Check Java, Python, folders, limits and variables: one line each, and what to do.

    Exits with 0 when all is well and with 2 otherwise. A night makes the same checks before it
    starts.
    """
    from steamrec.cli.doctor import print_doctor

    if not print_doctor(workspace, master, spark):
        sys.exit(2)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and leave with its exit code: 0, 1, 2 or 3."""
    stop_on_signals()
    if "PYSPARK_GATEWAY_PORT" in os.environ:  # spark-submit started this process
        stop_with_parent()
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
        if error.__cause__ is not None:
            from steamrec.workspace import run_log

            run_log.add_traceback(error)
        say(f"steamrec: {error}", err=True)
        return error.exit_code
    if os.environ.get("STEAMREC_DEBUG"):
        raise error
    from steamrec.cli.failures import failure_sentence

    say(f"steamrec: {failure_sentence(error)}", err=True)
    return 1
