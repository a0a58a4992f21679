"""`steamrec doctor`: one line per check of the machine."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from steamrec.cli.options import workspace_option
from steamrec.errors import SteamrecError

if TYPE_CHECKING:
    from steamrec.doctor.finding import Finding


@click.command(short_help="Check whether this machine can run a night.")
@workspace_option
@click.option("--master", metavar="URL", help="Spark's master.  [default: local[*]]")
@click.option("--spark", is_flag=True, help="Also start Spark and run one tiny Python job.")
def doctor(workspace: str, master: str | None, spark: bool) -> None:
    """Check Java, Python, folders, limits and variables: one line per check, and what to do.

    Exits with 0 if all checks pass and with 2 otherwise. Each stage makes the same checks before it
    starts.
    """
    if not print_doctor(workspace, master, spark):
        sys.exit(2)


def print_doctor(root: str, master: str | None, spark: bool) -> bool:
    """Print every check; returns whether all is well. `spark` also runs a tiny Python job."""
    from steamrec.doctor.machine import check_machine

    findings = [*check_machine(master), _workspace(root)]
    if spark and all(finding.ok for finding in findings):
        findings.append(_job(master))
    for finding in findings:
        mark = "ok    " if finding.ok else "FAILED"
        advice = f": {finding.advice}" if finding.advice else ""
        click.echo(f"{mark} {finding.name}: {finding.found}{advice}")
    return all(finding.ok for finding in findings)


def _workspace(root: str) -> "Finding":
    from steamrec.doctor.finding import Finding
    from steamrec.workspace import Workspace

    try:
        workspace = Workspace(root)
        existed = Path(workspace.root).exists()
        workspace.check_writable()
    except (SteamrecError, ImportError, ValueError) as error:
        return Finding("workspace", str(error).rstrip("."), "give another --workspace.")
    if workspace.local and not existed:
        Path(workspace.root).rmdir()
    return Finding("workspace", f"{workspace.root} can be written")


def _job(master: str | None) -> "Finding":
    from steamrec.doctor.finding import Finding
    from steamrec.pipeline.failures import failure_sentence
    from steamrec.spark.session import open_session
    from steamrec.workspace import run_log

    run_log.start(None)
    try:
        session = open_session(master)
        numbers = session.sparkContext.parallelize(range(4), 2)
        total = numbers.map(lambda value: value + 1).sum()
        session.stop()
    except Exception as error:
        return Finding("Spark job", failure_sentence(error), "fix this and run doctor again.")
    return Finding("Spark job", "Spark started, and its Python workers answered" * (total == 10))
