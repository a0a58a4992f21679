import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def steamrec(*arguments, **environment):
    command = [sys.executable, "-m", "steamrec", *arguments]
    full = os.environ | {"STEAMREC_DEBUG": ""} | environment
    return subprocess.run(command, capture_output=True, text=True, env=full)


def test_help_is_quick_and_names_every_command():
    seconds = []
    for _ in range(3):
        start = time.perf_counter()
        shown = steamrec("--help")
        seconds.append(time.perf_counter() - start)
    assert shown.returncode == 0
    for name in ("generate", "ingest", "prepare", "sample", "train", "evaluate", "export",
                 "nightly", "recommend"):  # fmt: skip
        assert f"  {name} " in shown.stdout
    modules = "import sys, steamrec.cli.main; print(' '.join(sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", modules], capture_output=True, text=True)
    assert not {"numpy", "pyspark", "tensorflow", "pydantic"} & set(loaded.stdout.split())


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--set", "train.epoch=3"], "Unknown setting train.epoch"),
        (["--set", "train.epochs=many"], "train.epochs"),
        (["--config", "missing.toml"], "missing.toml does not exist"),
        (["--date", "tomorrow"], "YYYY-MM-DD"),
        (["--date", "../../etc"], "YYYY-MM-DD"),
        (["--workspace", "/proc/nothing"], "cannot be written"),
        (["--set", "input.path=missing.json"], "does not exist"),
        ([], "set input.path"),
        (["--set", 'export.model="ease"', "--set", "input.path=/etc/hostname"], "not among"),
    ],
)
def test_bad_use_is_one_sentence_and_exit_2(tmp_path, arguments, words):
    given = ["--workspace", str(tmp_path)] if "--workspace" not in arguments else []
    run = steamrec("nightly", *given, *arguments)
    assert run.returncode == 2, run.stderr
    assert words in run.stderr
    assert "Traceback" not in run.stderr
    assert len(run.stderr.strip().splitlines()) == 1


def test_a_missing_java_is_one_sentence(tmp_path):
    run = steamrec("nightly", "--workspace", str(tmp_path), JAVA_HOME=str(tmp_path))
    assert run.returncode == 2
    assert "There is no Java" in run.stderr
    assert "Traceback" not in run.stderr


def test_a_stage_without_its_input_says_what_to_run(tmp_path):
    run = steamrec("sample", "--workspace", str(tmp_path))
    assert run.returncode == 2
    assert "steamrec prepare" in run.stderr
    assert "Traceback" not in run.stderr


def test_an_unknown_option_is_exit_2():
    assert steamrec("nightly", "--nonsense").returncode == 2


@pytest.mark.parametrize("path", sorted((ROOT / "jobs").glob("*.py")), ids=lambda path: path.stem)
def test_every_job_takes_the_stages_arguments(path):
    run = subprocess.run([sys.executable, path, "--help"], capture_output=True, text=True)
    assert run.returncode == 0
    assert "--config" in run.stdout


def test_the_settings_page_is_up_to_date():
    script = ROOT / "scripts/write_settings_doc.py"
    assert subprocess.run([sys.executable, script, "--check"]).returncode == 0
