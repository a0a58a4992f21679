"""The memory of this machine, and how much of it Spark's driver may have."""

import contextlib
import re
from pathlib import Path

UNITS = {
    "": 1024**2,  # as Spark reads a bare number
    "b": 1,
    "k": 1024,
    "m": 1024**2,
    "g": 1024**3,
    "t": 1024**4,
    "p": 1024**5,
}
LARGEST_PART = 0.75  # of the machine's memory, for the driver: Python and TensorFlow need some too
LOWERED_PART = 0.6
SMALLEST = 512 * 1024**2  # bytes; Spark refuses to start with less than 450 MiB
CGROUPS = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")


def memory_bytes(text: str) -> int | None:
    """Bytes of a size as Spark writes it ("4g", "512m"); None when it is not one."""
    found = re.fullmatch(r"\s*(\d+)\s*(?:([kmgtp])b?|(b?))\s*", text, re.IGNORECASE | re.ASCII)
    return int(found[1]) * UNITS[(found[2] or found[3]).lower()] if found else None


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


def driver_memory(wanted: int, total: int | None) -> int:
    """Bytes for the driver: `wanted`, or less where the machine's `total` is too small for it."""
    if total is None or wanted <= LARGEST_PART * total:
        return wanted
    return int(LOWERED_PART * total)
