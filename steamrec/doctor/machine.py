"""All checks of the machine that need no Spark: well under a second together."""

import os
import resource
import socket
import time

from steamrec.doctor.finding import Finding
from steamrec.doctor.folders import check_folder, spill_folders, temporary_folder
from steamrec.doctor.host import check_account, check_host_name, check_locale
from steamrec.doctor.limits import (
    check_clock,
    check_file_size,
    check_memory,
    check_open_files,
    check_processes,
    raise_open_files,
)
from steamrec.doctor.python import check_own_python, check_python_path, check_worker_python
from steamrec.doctor.variables import check_variables, java_finding
from steamrec.errors import UsageError
from steamrec.spark.defaults import read_defaults
from steamrec.spark.master import is_local
from steamrec.spark.memory import machine_memory
from steamrec.spark.session import LOCAL, chosen_master, submitted


def check_machine(master: str | None) -> list[Finding]:
    """Check what a run under `master` needs of this machine.

    Under spark-submit Java runs already, and its settings are spark-submit's to check: only the
    temporary folder, the open files and the clock are looked at. Raises UsageError for a master
    that Spark does not know.
    """
    chosen = chosen_master(master)
    variables = dict(os.environ)
    temporary = temporary_folder(variables)
    findings = [
        check_folder("temporary folder", temporary, "TMPDIR", programs=True),
        check_open_files(raise_open_files()),
        check_processes(resource.getrlimit(resource.RLIMIT_NPROC)[0], os.getuid()),
        check_file_size(resource.getrlimit(resource.RLIMIT_FSIZE)[0]),
        check_clock(time.time()),
        check_account(variables, os.getuid()),
        check_locale(variables),
    ]
    if submitted() or chosen is None:
        return findings
    local = is_local(chosen)
    findings.append(check_host_name(local, socket.gethostname()))
    findings = [java_finding(), check_own_python(), *check_variables(variables, chosen), *findings]
    findings.append(check_python_path(variables.get("PYTHONPATH", "")))
    if local:
        defaults = LOCAL | read_defaults()
        findings.append(check_worker_python(variables))
        for folder in spill_folders(variables, defaults):
            findings.append(check_folder("Spark's spill folder", folder, "SPARK_LOCAL_DIRS"))
        findings.append(check_memory(defaults["spark.driver.memory"], machine_memory()))
    return findings


def require_machine(master: str | None) -> None:
    """Raise UsageError, for the first check that fails, before any work starts."""
    wrong = [finding for finding in check_machine(master) if not finding.ok]
    if not wrong:
        return
    first = wrong[0]
    more = f" (`steamrec doctor` lists {len(wrong) - 1} more)" if len(wrong) > 1 else ""
    raise UsageError(f"{first.found}; {first.advice.rstrip('.')}{more}.")
