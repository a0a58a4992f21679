"""Commands in the shells of others: real runs, and what their last line says."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from steamrec.synthetic.write import write_file
from steamrec.workspace.lock import LOCK_FILE

ROOT = Path(__file__).parents[2]


def command(folder, *arguments, **environment):
    variables = os.environ | {
        "STEAMREC_DEBUG": "",
        "PYTHONPATH": str(ROOT),
        "SPARK_CONF_DIR": str(ROOT / "tests/spark_conf"),
    }
    # As a terminal starts it: a shell in the background would ignore SIGINT.
    return subprocess.Popen(
        [sys.executable, "-m", "steamrec", *arguments],
        cwd=folder,
        env=variables | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )


def ingest(folder, **environment):
    raw = folder / "raw.json"
    if not raw.exists():
        write_file(30, 1, str(raw))
    return command(folder, "ingest", "--master", "local[1]", f"--set=input.path={raw}",
                   **environment)  # fmt: skip


def test_a_hostile_shell_does_no_harm(tmp_path):
    for name in ("random", "numpy", "typing"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('the wrong module')\n")
    process = ingest(
        tmp_path,
        SPARK_HOME="/nonexistent",
        PYSPARK_SUBMIT_ARGS="--master yarn",
        SPARK_LOCAL_IP="203.0.113.1",
        LC_ALL="C",
    )
    _, log = process.communicate(timeout=300)
    assert process.returncode == 0, log
    assert "at java.base" not in log


def test_a_failure_of_java_ends_in_one_sentence_and_a_log_file(tmp_path):
    process = ingest(tmp_path, PYSPARK_SUBMIT_ARGS="--nonsense x")
    _, log = process.communicate(timeout=300)
    assert process.returncode == 1, log
    last = log.strip().splitlines()[-1]
    assert last.startswith("steamrec: Spark does not take its start options --nonsense")
    [file] = (tmp_path / "workspace/logs").glob("*.log")
    assert str(file) in last
    assert "Traceback" in file.read_text()
    assert "Traceback" not in log


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_a_stage(tmp_path, number):
    process = ingest(tmp_path)
    for line in process.stderr:
        if "ingest: started" in line:
            break
    time.sleep(4)  # Java starts, or Spark works
    process.send_signal(number)
    start = time.monotonic()
    _, log = process.communicate(timeout=60)
    assert time.monotonic() - start < 15
    assert process.returncode == 1
    assert log.strip().splitlines()[-1] == "Stopped."
    assert "Traceback" not in log
    lock = subprocess.run(["flock", "-n", str(tmp_path / "workspace" / LOCK_FILE), "true"])
    assert lock.returncode == 0


def _command(process):
    """The command line of a process; empty when it has ended."""
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""


def test_the_driver_ends_with_the_spark_submit_that_started_it(tmp_path):
    """A scheduler's SIGTERM ends the JVM with 143; the Python driver must not keep the lock."""
    raw = tmp_path / "raw.json"
    write_file(50, 1, str(raw))
    log = tmp_path / "log"
    command = [Path(sys.executable).parent / "spark-submit", "--master", "local[1]"]
    arguments = ["--workspace", tmp_path / "workspace", f"--set=input.path={raw}"]
    with log.open("w") as file:
        submitted = subprocess.Popen(
            [*command, ROOT / "jobs/ingest.py", *arguments],
            env=os.environ
            | {"PYSPARK_PYTHON": sys.executable, "SPARK_CONF_DIR": str(ROOT / "tests/spark_conf")},
            stdout=file,
            stderr=subprocess.STDOUT,
        )
        while "ingest: started" not in log.read_text():
            assert submitted.poll() is None, log.read_text()
            time.sleep(0.1)
        children = psutil.Process(
            submitted.pid
        ).children()  # the driver, and perhaps Python workers
        [driver] = [child for child in children if "ingest.py" in _command(child)]
        submitted.terminate()
        start = time.monotonic()
        assert submitted.wait(60) == 143
    psutil.wait_procs([driver], timeout=10)
    assert not driver.is_running()
    assert time.monotonic() - start < 10
    lock = subprocess.run(["flock", "-n", str(tmp_path / "workspace" / LOCK_FILE), "true"])
    assert lock.returncode == 0


def test_the_doctor_works_without_java_and_says_what_to_do(tmp_path):
    process = command(tmp_path, "doctor", JAVA_HOME=str(tmp_path))
    told, log = process.communicate(timeout=60)
    assert process.returncode == 2, log
    [wrong] = [line for line in told.splitlines() if line.startswith("FAILED")]
    assert "There is no Java under" in wrong
    assert "install Java 17 or 21" in wrong
    assert not (tmp_path / "workspace").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nightl"], "No such command"),
        (["nightly", "--nonsense"], "--nonsense"),
        (["ingest", "--master", "loca[2]"], "--master takes"),
        (["ingest", "--workspace", "foo://x"], "cannot be opened"),
        (["generate", "--seed", "-1", "--output", "x"], "--seed"),
    ],
)
def test_bad_use_is_one_line(tmp_path, arguments, words):
    process = command(tmp_path, *arguments)
    _, log = process.communicate(timeout=60)
    assert process.returncode == 2
    assert words in log
    assert len(log.strip().splitlines()) == 1
