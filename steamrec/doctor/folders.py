"""The temporary folders: there, writable, not full, and programs may run in them."""

import os
import re
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from steamrec.doctor.finding import Finding

SMALLEST = 64 * 1024**2  # bytes free, below which no night can work
IO_OPTION = re.compile(r"-Djava\.io\.tmpdir=(\S+)")


def temporary_folder(variables: Mapping[str, str]) -> str:
    """The folder that Java and Python use: TMPDIR, or what Python chose in its place."""
    return variables.get("TMPDIR") or tempfile.gettempdir()


def spill_folders(variables: Mapping[str, str], defaults: Mapping[str, str]) -> list[str]:
    """Where Spark spills: SPARK_LOCAL_DIRS, spark.local.dir, or the temporary folder."""
    for named in (variables.get("SPARK_LOCAL_DIRS", ""), defaults.get("spark.local.dir", "")):
        if folders := [part.strip() for part in named.split(",") if part.strip()]:
            return folders
    return [temporary_folder(variables)]


def check_folder(
    name: str,
    folder: str,
    set_it: str,
    programs: bool = False,
    statvfs: Callable[[str], Any] = os.statvfs,
) -> Finding:
    """Whether `folder` can hold temporary files; `set_it` names what to set to another one.

    With `programs`, files in it must be allowed to run: Java loads libraries from it.
    """
    if not Path(folder).is_dir():
        return Finding(name, f"{folder} is not a folder", f"create it, or set {set_it} to another.")
    if not os.access(folder, os.W_OK | os.X_OK):
        return Finding(name, f"{folder} cannot be written", f"set {set_it} to another folder.")
    state = statvfs(folder)
    free = state.f_bavail * state.f_frsize
    if free < SMALLEST:
        words = f"{folder} has {free / 1024**2:,.0f} MB free"
        return Finding(name, words, f"make room, or set {set_it} to another folder.")
    if state.f_files and not state.f_favail:
        words = f"{folder} can hold no more files (no inodes are free)"
        return Finding(name, words, f"remove files, or set {set_it} to another folder.")
    if programs and state.f_flag & os.ST_NOEXEC:
        words = f"{folder} is mounted noexec, and Java loads libraries from it"
        return Finding(name, words, f"set {set_it} to a folder where programs may run.")
    return Finding(name, f"{folder}, {free / 1024**3:,.1f} GB free")
