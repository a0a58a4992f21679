"""`steamrec doctor`: one line per check of the machine."""

from pathlib import Path

import click

from steamrec.cli.failures import failure_sentence
from steamrec.doctor.finding import Finding
from steamrec.doctor.machine import check_machine
from steamrec.errors import SteamrecError
from steamrec.workspace import Workspace


def print_doctor(root: str, master: str | None, spark: bool) -> bool:
    """Print every check; returns whether all is well. `spark` also runs a tiny Python job."""
    findings = [*check_machine(master), _workspace(root)]
    if spark and all(finding.ok for finding in findings):
        findings.append(_job(master))
    for finding in findings:
        mark = "ok    " if finding.ok else "FAILED"
        advice = f": {finding.advice}" if finding.advice else ""
        click.echo(f"{mark} {finding.name}: {finding.found}{advice}")
    return all(finding.ok for finding in findings)


def _workspace(root: str) -> Finding:
    try:
        workspace = Workspace(root)
        existed = Path(workspace.root).exists()
        workspace.check_writable()
    except (SteamrecError, ImportError, ValueError) as error:
        return Finding("workspace", str(error).rstrip("."), "give another --workspace.")
    if workspace.local and not existed:
        Path(workspace.root).rmdir()
    return Finding("workspace", f"{workspace.root} can be written")


def _job(master: str | None) -> Finding:
    from steamrec.spark.session import open_session

    try:
        session = open_session(master)
        numbers = session.sparkContext.parallelize(range(4), 2)
        total = numbers.map(lambda value: value + 1).sum()
        session.stop()
    except Exception as error:
        return Finding("Spark job", failure_sentence(error), "fix this and run doctor again.")
    return Finding("Spark job", "Spark started, and its Python workers answered" * (total == 10))
