"""Open files, memory and the clock."""

import contextlib
import re
import resource
import time
from pathlib import Path

from steamrec.doctor.finding import Finding

FILES = 1024
UNITS = {"": 1024**2, "k": 1024, "m": 1024**2, "g": 1024**3, "t": 1024**4}  # bytes; Spark: MiB
YEARS = (2024, 2100)
CGROUPS = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")


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


def memory_bytes(text: str) -> int | None:
    """Bytes of a size as Spark writes it ("4g", "512m"); None when it is not one."""
    found = re.fullmatch(r"\s*(\d+)\s*([kmgt]?)b?\s*", text, re.IGNORECASE)
    return int(found[1]) * UNITS[found[2].lower()] if found else None


def machine_memory() -> int | None:
    """Bytes of memory that this process may use: the machine's, or its container's limit."""
    known = []
    with contextlib.suppress(OSError, AttributeError):
        total = re.search(r"MemTotal:\s+(\d+) kB", Path("/proc/meminfo").read_text())
        known += [int(total[1]) * 1024] if total else []
    for path in CGROUPS:
        with contextlib.suppress(OSError, ValueError):
            known.append(int(Path(path).read_text()))
    return min(known, default=None)


def check_memory(driver_memory: str, total: int | None) -> Finding:
    """Whether the driver's memory is a size, and not more than there is (`total` bytes)."""
    wanted = memory_bytes(driver_memory)
    if wanted is None:
        found = f"spark.driver.memory = {driver_memory}"
        return Finding("memory", found, "set a size such as 4g in spark-defaults.conf.")
    if total is None:
        return Finding("memory", f"{driver_memory} for the driver")
    found = f"the machine has {total / 1024**3:,.1f} GB, and spark.driver.memory is {driver_memory}"
    if wanted > total:
        return Finding("memory", found, "lower spark.driver.memory in spark-defaults.conf.")
    return Finding("memory", found)


def check_clock(now: float) -> Finding:
    """Whether the clock (seconds since 1970) shows a year that can be."""
    year = time.gmtime(now).tm_year
    if YEARS[0] <= year <= YEARS[1]:
        return Finding("clock", time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(now)))
    return Finding("clock", f"the year is {year}", "set the machine's clock.")
