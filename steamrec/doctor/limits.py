"""Open files, memory and the clock."""

import contextlib
import resource
import time

from steamrec.doctor.finding import Finding
from steamrec.spark.memory import SMALLEST, driver_memory, memory_bytes

FILES = 1024
PROCESSES = 512  # Java, TensorFlow and the workers of a few cores
FILE_SIZE = 1024**3  # bytes
YEARS = (2024, 2100)


def raise_open_files() -> int:
    """Raise this process's limit of open files as far as it may; returns the limit."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard == resource.RLIM_INFINITY:
        hard = max(soft, 65_536)
    if soft < hard:
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 65_536), hard))
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]


def check_open_files(limit: int) -> Finding:
    """Whether Spark can open its files at once under `limit`."""
    found = f"at most {limit} files may be open at once"
    if 0 <= limit < FILES:
        return Finding("open files", found, f"raise the limit to {FILES} or more (ulimit -n).")
    return Finding("open files", found)


def check_processes(limit: int, user_id: int) -> Finding:
    """Whether Java and TensorFlow can start their threads under `limit` (root has none)."""
    unlimited = limit == resource.RLIM_INFINITY or user_id == 0
    found = "no limit" if unlimited else f"at most {limit} processes and threads"
    if not unlimited and limit < PROCESSES:
        advice = f"raise the limit to {PROCESSES} or more (ulimit -u)."
        return Finding("processes", found, advice)
    return Finding("processes", found)


def check_file_size(limit: int) -> Finding:
    """Whether files may grow to the size of a table under `limit` (bytes)."""
    if limit == resource.RLIM_INFINITY:
        return Finding("file size", "no limit")
    found = f"at most {limit / 1024**2:,.0f} MB per file"
    wrong = limit < FILE_SIZE
    return Finding("file size", found, "raise the limit of file sizes (ulimit -f)." * wrong)


def check_memory(driver: str, total: int | None) -> Finding:
    """Whether the driver's memory is a size, and the machine (`total` bytes) has enough for it.

    What is too much for the machine is no fault: a session then takes less (driver_memory).
    """
    wanted = memory_bytes(driver)
    if wanted is None:
        found = f"spark.driver.memory = {driver}"
        return Finding("memory", found, "set a size such as 4g in spark-defaults.conf.")
    if wanted < SMALLEST:
        found = f"spark.driver.memory = {driver}, with which Spark does not start"
        return Finding("memory", found, "set 1g or more in spark-defaults.conf.")
    if total is None:
        return Finding("memory", f"{driver} for the driver")
    given = driver_memory(wanted, total)
    found = f"the machine has {total / 1024**3:,.1f} GB, and spark.driver.memory is {driver}"
    if given < SMALLEST:
        return Finding("memory", found, "use a machine (or a container) with 2 GB or more.")
    lowered = "" if given == wanted else f", lowered to {given // 1024**2:,} MB"
    return Finding("memory", found + lowered)


def check_clock(now: float) -> Finding:
    """Whether the clock (seconds since 1970) shows a year that can be."""
    year = time.gmtime(now).tm_year
    if YEARS[0] <= year <= YEARS[1]:
        return Finding("clock", time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(now)))
    return Finding("clock", f"the year is {year}", "set the machine's clock.")
