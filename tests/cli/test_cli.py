import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from steamrec.cli.main import main

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
                 "report", "nightly", "recommend", "status"):  # fmt: skip
        assert f"  {name} " in shown.stdout
    commands = shown.stdout.split("Commands:")[1]
    assert "..." not in commands  # each fits its one line
    modules = "import sys, steamrec.cli.main; print(' '.join(sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", modules], capture_output=True, text=True)
    heavy = {"numpy", "pyspark", "tensorflow", "pydantic", "pyarrow", "matplotlib", "jinja2"}
    assert not heavy & set(loaded.stdout.split())


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--set", "train.epoch=3"], "Unknown setting train.epoch"),
        (["--set", "train.epochs=many"], "train.epochs"),
        (["--config", "missing.toml"], "missing.toml does not exist"),
        (["--date", "tomorrow"], "YYYY-MM-DD"),
        (["--date", "../../etc"], "YYYY-MM-DD"),
        (["--date", "2026-02-30"], "YYYY-MM-DD"),
        (["--date", "0206-01-31"], "years 1970 to 2199"),
        (["--config", ""], "--config is empty"),
        (["--workspace", "/proc/nothing"], "cannot be written"),
        (["--set", "input.path=missing.json"], "does not exist"),
        ([], "set input.path"),
        (["--set", "input.path=/etc/hostname", "--set", "input.items_path=missing.json"],
         "missing.json does not exist; set input.items_path"),
        (["--set", "input.path=/etc/hostname", "--set", "export.max_price=5"],
         "export.max_price needs item metadata; set input.items_path"),
        (["--set", 'export.model="ease"', "--set", "input.path=/etc/hostname"], "not among"),
    ],
)  # fmt: skip
def test_bad_use_is_one_sentence_and_exit_2(tmp_path, arguments, words):
    given = ["--workspace", str(tmp_path)] if "--workspace" not in arguments else []
    run = steamrec("nightly", *given, *arguments)
    assert run.returncode == 2, run.stderr
    assert words in run.stderr
    assert "Traceback" not in run.stderr
    assert len(run.stderr.strip().splitlines()) == 1


STAGES = ("ingest", "prepare", "sample", "train", "evaluate", "export", "report", "nightly")
BAD = {
    "a missing settings file": (["--config", "missing.toml"], "does not exist"),
    "an unknown setting": (["--set", "train.epoch=3"], "Unknown setting train.epoch"),
    "a wrong type": (["--set", "export.k=many"], "Setting export.k"),
    "no writable place": (["--workspace", "/proc/nothing"], "cannot be written"),
    "no workspace yet": ([], "steamrec |input.path"),
}


@pytest.mark.parametrize("case", BAD)
@pytest.mark.parametrize("command", STAGES)
def test_every_stage_says_what_is_wrong_before_any_work(tmp_path, capsys, command, case):
    arguments, words = BAD[case]
    given = [] if "--workspace" in arguments else ["--workspace", str(tmp_path)]
    with pytest.raises(SystemExit) as left:
        main([command, *given, *arguments])
    shown = capsys.readouterr().err.strip()
    assert left.value.code == 2
    assert re.search(words, shown)
    assert len(shown.splitlines()) == 1


def test_an_empty_input_is_one_sentence(tmp_path):
    (tmp_path / "raw.json").write_bytes(b"")
    run = steamrec(
        "nightly", "--workspace", str(tmp_path), "--set", f"input.path={tmp_path}/raw.json"
    )
    assert run.returncode == 2
    assert "is empty" in run.stderr
    assert len(run.stderr.strip().splitlines()) == 1


@pytest.mark.parametrize("command", ["ingest", "nightly"])
def test_a_missing_java_is_one_sentence(tmp_path, command):
    run = steamrec(command, "--workspace", str(tmp_path), JAVA_HOME=str(tmp_path))
    assert run.returncode == 2
    assert "There is no Java" in run.stderr
    assert "Traceback" not in run.stderr


def test_a_stage_without_its_input_says_what_to_run(tmp_path):
    run = steamrec("sample", "--workspace", str(tmp_path))
    assert run.returncode == 2
    assert "run `steamrec ingest` first" in run.stderr
    assert "Traceback" not in run.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["status"], "no workspace"),
        (["status", "--set", "nonsense"], "section.key=value|no workspace"),
        (["recommend", "somebody"], "steamrec nightly"),
        (["recommend", "--items", "10"], "steamrec nightly"),
        (["recommend"], "Give one of"),
    ],
)
def test_reading_what_is_not_there_says_what_to_run(tmp_path, capsys, arguments, words):
    with pytest.raises(SystemExit) as left:
        main([*arguments, "--workspace", str(tmp_path)])
    shown = capsys.readouterr().err.strip()
    assert left.value.code == 2
    assert re.search(words, shown)
    assert len(shown.splitlines()) == 1


def test_generate_says_where_it_cannot_write():
    run = steamrec("generate", "--users", "3", "--output", "/proc/nothing/raw.json")
    assert run.returncode == 2
    assert "cannot be written" in run.stderr
    assert len(run.stderr.strip().splitlines()) == 1


def test_an_unknown_option_is_exit_2():
    assert steamrec("nightly", "--nonsense").returncode == 2


@pytest.mark.parametrize("path", sorted((ROOT / "jobs").glob("*.py")), ids=lambda path: path.stem)
def test_every_job_takes_the_stages_arguments(path):
    run = subprocess.run([sys.executable, path, "--help"], capture_output=True, text=True)
    assert run.returncode == 0
    assert "--config" in run.stdout


@pytest.mark.parametrize("page", ["settings", "tables"])
def test_the_written_pages_are_up_to_date(page):
    script = ROOT / f"scripts/write_{page}_doc.py"
    run = subprocess.run([sys.executable, script, "--check"])
    assert run.returncode == 0, f"run python scripts/write_{page}_doc.py"
