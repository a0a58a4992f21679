"""The wheel that `pip install .` makes, used outside of the checkout."""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """A folder with the content of the wheel."""
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"  # setuptools writes into the folder that it builds
    source.mkdir()
    for name in ("pyproject.toml", "README.md", "LICENSE", "conf", "steamrec"):
        path = ROOT / name
        if path.is_dir():
            left_out = shutil.ignore_patterns("__pycache__")
            shutil.copytree(path, source / name, symlinks=True, ignore=left_out)
        else:
            shutil.copy(path, source / name)
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-index"]
    command += ["--no-build-isolation", "--wheel-dir", str(folder), str(source)]
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    [wheel] = folder.glob("steamrec-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


def run(installed, folder, *arguments):
    environment = {name: value for name, value in os.environ.items() if name != "SPARK_CONF_DIR"}
    environment |= {"PYTHONPATH": str(installed), "STEAMREC_DEBUG": ""}
    command = [sys.executable, "-P", *arguments]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)


def test_the_wheel_has_types_settings_and_nothing_else_of_the_checkout(installed):
    assert (installed / "steamrec/py.typed").is_file()
    packed = {path.name for path in (installed / "steamrec/conf").iterdir()}
    assert packed == {path.name for path in (ROOT / "conf").iterdir() if path.is_file()}
    assert sorted(path.name for path in installed.iterdir() if path.suffix != ".dist-info") == [
        "steamrec"
    ]
    modules = {path.relative_to(installed) for path in installed.rglob("*.py")}
    assert modules == {path.relative_to(ROOT) for path in (ROOT / "steamrec").rglob("*.py")}


def test_its_own_settings_are_found_outside_of_the_checkout(installed, tmp_path):
    probe = """
import steamrec
from steamrec.settings.load import packaged_configs
from steamrec.spark.defaults import conf_folder, read_defaults
print(steamrec.__file__)
print(conf_folder())
print(read_defaults()["spark.driver.memory"], *(steamrec.load_settings(name).train.epochs
      for name in packaged_configs()))
"""
    shown = run(installed, tmp_path, "-c", probe)
    assert shown.returncode == 0, shown.stderr
    code, conf, values = shown.stdout.splitlines()
    assert code == str(installed / "steamrec/__init__.py")
    assert conf == str(installed / "steamrec/conf")
    assert values == "4g 20 20 12 8"


def test_its_commands_work_outside_of_the_checkout(installed, tmp_path):
    help_text = run(installed, tmp_path, "-m", "steamrec", "--help")
    assert "--config steam" in help_text.stdout
    made = run(installed, tmp_path, "-m", "steamrec", "generate", "--users", "30", "--output", "r")
    assert made.returncode == 0, made.stderr
    checked = run(installed, tmp_path, "-m", "steamrec", "doctor")
    assert checked.returncode == 0, checked.stdout
    night = ["nightly", "--config", "sample", "--set", "input.path=missing"]
    refused = run(installed, tmp_path, "-m", "steamrec", *night)
    assert (refused.returncode, "missing does not exist" in refused.stderr) == (2, True)
