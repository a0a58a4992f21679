"""The command line: `steamrec COMMAND`."""

import os
import sys
from collections.abc import Sequence

import click

from steamrec import __version__
from steamrec.cli.options import date_option, open_context, stage_options
from steamrec.errors import SteamrecError


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
    """


@cli.command()
@click.option("--users", type=click.IntRange(1), default=3000, show_default=True, help="Users.")
@click.option(
    "--seed",
    type=int,
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
def generate(users: int, seed: int, output: str) -> None:
    """Make a synthetic Steam file in the raw format."""
    from steamrec.generate.write import write_file

    figures = write_file(users, seed, output)
    click.echo(f"{output}: {figures['lines']:,} lines, {figures['item_rows']:,} items owned")


def _add_stage_command(name: str, help_text: str, dated: bool = False) -> None:
    @stage_options
    def command(date: str | None = None, **options: object) -> None:
        from steamrec.stages.night import run_stages, stages_of

        context = open_context(options, date)
        run_stages(stages_of(name, context.settings), context)

    if dated:
        command = date_option(command)
    command.__doc__ = help_text
    cli.command(name, help=help_text)(command)


for _name, _help, _dated in (
    ("ingest", "Read the raw lines into libraries; what cannot be read goes to quarantine.", False),
    ("prepare", "Choose users, number users and items, split off the holdout.", False),
    ("sample", "Draw the training negatives of every epoch and the evaluation negatives.", False),
    ("train", "Fit the models.", False),
    ("evaluate", "Rank the held-out items; write metrics.json.", False),
    ("export", "Write everybody's list, check it and publish it.", True),
    ("report", "Write report.html: the night in figures, pictures and a few lists.", False),
    ("nightly", "The whole night: all stages in order; finished ones are not repeated.", True),
):
    _add_stage_command(_name, _help, _dated)


@cli.command()
@click.argument("user")
@click.option("--workspace", default="workspace", show_default=True, help="Folder or URI.")
def recommend(user: str, workspace: str) -> None:
    """Print the published list of one USER (a user_id of the raw file)."""
    from steamrec.cli.recommend import print_list

    print_list(user, workspace)


@cli.command()
@click.argument("model")
@click.option("--trials", type=click.IntRange(1), default=20, show_default=True, help="In all.")
@stage_options
def tune(model: str, trials: int, **options: object) -> None:
    """Search the settings of MODEL by its validation metric, in a prepared workspace.

    A search that was stopped goes on. The best settings stand in tune/MODEL.toml of the
    workspace, for --config.
    """
    from steamrec.tuning.search import tune as search

    context = open_context(options, None)
    _, value = search(context, model, trials)
    click.echo(f"{context.workspace.path(f'tune/{model}.toml')}: validation NDCG@10 {value:.4f}")


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and leave with its exit code: 0, 1, 2 or 3."""
    try:
        cli.main(args=None if arguments is None else list(arguments), standalone_mode=False)
    except click.exceptions.Exit as exit_:
        sys.exit(exit_.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        click.echo("Stopped.", err=True)
        sys.exit(1)
    except SteamrecError as error:
        click.echo(f"steamrec: {error}", err=True)
        sys.exit(error.exit_code)
    except Exception as error:
        if os.environ.get("STEAMREC_DEBUG"):
            raise
        lines = [line.strip() for line in str(error).splitlines() if line.strip()]
        click.echo(
            f"steamrec: the run failed: {type(error).__name__}: {lines[0] if lines else ''} "
            "(STEAMREC_DEBUG=1 shows where).",
            err=True,
        )
        sys.exit(1)
