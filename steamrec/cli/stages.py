"""The commands that run stages: one per command of the night, `nightly`, and `tune`."""

from typing import Any

import click

from steamrec.cli.logs import set_up_logs
from steamrec.cli.options import date_option, rollback_option, stage_options
from steamrec.cli.terminal import hide_native_output
from steamrec.pipeline.commands import COMMANDS


def stage_command(name: str) -> click.Command:
    """The command `name` of the night (steamrec.pipeline.commands)."""

    @stage_options
    def command(
        workspace: str,
        config: str | None,
        overrides: tuple[str, ...],
        date: str | None = None,
        rollback: bool = False,
        **options: Any,
    ) -> None:
        if rollback:
            from steamrec.cli.rollback import print_rollback

            print_rollback(workspace)
            return
        set_up_logs(options["log_format"])
        from steamrec.api.run import run
        from steamrec.models.settings import load_settings

        run(
            workspace,
            load_settings(config, overrides),
            date=date,
            master=options["master"],
            fresh=options["fresh"],
            command=name,
            on_open=hide_native_output,
        )

    declared = COMMANDS[name]
    if declared.dated:
        command = date_option(command)
    if name == "export":
        command = rollback_option(command)
    example = f"steamrec {name} --config steam --set input.path=raw.json.gz"
    full = f"{declared.summary}\n\n\b\nExample:\n  {example}"
    return click.command(name, help=full, short_help=declared.summary)(command)


@click.command(short_help="Search the settings of one model on the validation items.")
@click.argument("model")
@click.option(
    "--trials",
    type=click.IntRange(1),
    default=20,
    show_default=True,
    help="Trials in total, with those of earlier searches.",
)
@stage_options
def tune(
    model: str,
    trials: int,
    workspace: str,
    config: str | None,
    overrides: tuple[str, ...],
    **options: Any,
) -> None:
    """Search the settings of MODEL by its validation metric, in a prepared workspace.

    A search that was stopped continues. The best settings are in tune/MODEL.toml of the
    workspace, for --config.
    """
    set_up_logs(options["log_format"])
    from steamrec.api.run import opened_context
    from steamrec.models.settings import load_settings

    settings = load_settings(config, overrides)
    master, fresh = options["master"], options["fresh"]
    with opened_context(workspace, settings, None, master, fresh) as context:
        hide_native_output()
        from steamrec.pipeline.nightly import refuse_stale_tables
        from steamrec.tuning.search import tune as search

        refuse_stale_tables("tune", ("split", "sample"), context)
        _, value = search(context, model, trials)
        path = context.workspace.path(f"tune/{model}.toml")
    click.echo(f"{path}: validation NDCG@10 {value:.4f}")
