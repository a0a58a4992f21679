import subprocess
import sys

import pytest

import steamrec
from steamrec.models import settings
from steamrec.serving.recommender import Recommender


def test_every_public_name_is_there():
    assert set(steamrec._MODULES) <= set(steamrec.__all__) <= set(dir(steamrec))
    for name in steamrec.__all__:
        assert getattr(steamrec, name).__doc__, name
    assert steamrec.load_settings is settings.load_settings
    assert steamrec.Recommender is Recommender
    with pytest.raises(AttributeError, match="has no attribute 'nonsense'"):
        steamrec.nonsense  # noqa: B018


def test_importing_it_imports_nothing_else():
    probe = """
import sys
before = set(sys.modules)
import steamrec
print(*sorted(set(sys.modules) - before))
steamrec.Workspace, steamrec.Recommender, steamrec.run
heavy = {"pandas", "pyspark", "tensorflow", "pyarrow", "matplotlib", "numba", "scipy"}
print(*sorted(heavy & set(sys.modules)))
"""
    run = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    first, second = run.stdout.splitlines()
    assert first.split() == ["steamrec", "steamrec.errors"]
    assert second == ""
