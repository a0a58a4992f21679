"""`steamrec generate`: a synthetic Steam file, to try a night."""

import click


@click.command()
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
    help="The file to write; compressed if its name ends in .gz.",
)
@click.option(
    "--items-output",
    type=click.Path(dir_okay=False),
    help="Also write item metadata to this file, for input.items_path.",
)
def generate(users: int, seed: int, output: str, items_output: str | None) -> None:
    """Make a synthetic Steam file in the raw format.

    \b
    Example:
      steamrec generate --users 3000 --seed 1 --output sample.json.gz --items-output games.json.gz
    """
    from steamrec.synthetic.generate import generate

    figures = generate(output, users, seed, items_output)
    click.echo(f"{output}: {figures.lines:,} lines, {figures.item_rows:,} items owned")
    if items_output is not None:
        click.echo(f"{items_output}: {figures.items_lines:,} lines")
