"""Compiled functions where the package is an archive and the cache cannot be kept or is damaged."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from steamrec.models import compiled

MODULE = """
from compiled import FLOAT, FLOATS, compiled

@compiled(FLOAT, FLOATS)
def total(values):
    '''In the order of the values.'''
    sum = values[0]
    for value in values[1:]:
        sum += value
    return sum
"""
SCRIPT = """
import numpy as np, sys
sys.path.insert(0, sys.argv[1])
from kernels import total
values = np.array([1, 2**-24, 2**-24], np.float32)
values.flags.writeable = False  # as of a file mapped for reading
print(total(values) == 1, sum(total.stats.cache_hits.values()))
"""


@pytest.fixture
def run(tmp_path):
    archive = tmp_path / "modules.zip"
    with zipfile.ZipFile(archive, "w") as file:
        file.write(compiled.__file__, "compiled.py")
        file.writestr("kernels.py", MODULE)

    def run(cache: Path) -> list[str]:
        command = [sys.executable, "-c", SCRIPT, str(archive)]
        folder = {"XDG_CACHE_HOME": str(cache), "NUMBA_CACHE_DIR": ""}
        done = subprocess.run(
            command,
            env=os.environ | folder,
            capture_output=True,
            text=True,
            check=True,
            timeout=300,
        )
        return done.stdout.split()

    return run


def test_the_next_process_finds_what_an_archive_compiled(run, tmp_path):
    cache = tmp_path / "cache"
    assert run(cache) == ["True", "0"]
    assert run(cache) == ["True", "1"]
    kept = [path for path in cache.rglob("*") if path.is_file()]
    assert kept
    for path in kept:
        path.write_bytes(b"")  # as after a crash of the machine
    assert run(cache) == ["True", "0"]


def test_functions_compile_where_no_cache_can_be_kept(run):
    assert run(Path("/dev/null")) == ["True", "0"]
