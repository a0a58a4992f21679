"""The commands that run stages, in the night's order.

The command line, the API, the jobs, scripts/nightly.sh and the Airflow example have these; which
stages a command runs is in steamrec.pipeline.declarations. Light: `steamrec --help` reads it.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Command:
    """One command.

    summary: what it does, in words. dated: it takes the night's date; other commands take that of
    the last export. publishes, evaluates: it may move the pointer, or write metrics.json.
    """

    name: str
    summary: str
    dated: bool = False
    publishes: bool = False
    evaluates: bool = False


NIGHTLY = "nightly"

COMMANDS: dict[str, Command] = {
    command.name: command
    for command in (
        Command("ingest", "Read the raw lines; quarantine lines that cannot be read."),
        Command("prepare", "Choose and number users and items; hold out one item per user."),
        Command("sample", "Draw the negatives for training and evaluation."),
        Command("train", "Fit the models."),
        Command("evaluate", "Rank the held-out items; write metrics.json.", evaluates=True),
        Command(
            "export",
            "Write a list per user, check the lists and publish them.",
            dated=True,
            publishes=True,
        ),
        Command("report", "Write report.html: figures, charts, a few users' lists."),
        Command(
            NIGHTLY,
            "Run all stages that are not up to date, in order.",
            dated=True,
            publishes=True,
            evaluates=True,
        ),
    )
}
