"""Small nights in processes of their own, so that they can be killed."""

import fcntl
import functools
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pyarrow.parquet as pq

from steamrec.synthetic.write import write_facts, write_file

ROOT = Path(__file__).parents[2]
SPARK_CONF = ROOT / "tests/spark_conf"
SETTINGS = (
    'train.models=["gmf"]',
    "train.epochs=1",
    "split.validation_users=40",
    "evaluate.bootstrap=10",
    "gates.max_ndcg_below_popularity=1.0",
    "gates.min_overlap=0.0",
)


def facts_beside(raw):
    """Where the items' file of a raw file stands, if there is one."""
    return raw.with_name("facts.json")


def start(workspace, raw, date="2026-01-31", command="nightly", *more, cores=2, conf=SPARK_CONF):
    """Start a stage command on so many cores; its log can be read from `stderr`."""
    inputs = [f"input.path={raw}"]
    if facts_beside(raw).exists():
        inputs.append(f"input.items_path={facts_beside(raw)}")
    given = [f"--set={value}" for value in (*SETTINGS, *inputs)]
    dated = ["--date", date] if command in ("nightly", "export") else []
    arguments = [
        command,
        "--workspace",
        str(workspace),
        "--master",
        f"local[{cores}]",
        *dated,
        *given,
    ]
    environment = os.environ | {"SPARK_CONF_DIR": str(conf), "STEAMREC_DEBUG": ""}
    return subprocess.Popen(
        [sys.executable, "-m", "steamrec", *arguments, *more],
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
        start_new_session=True,
        preexec_fn=functools.partial(os.sched_setaffinity, 0, range(cores)),
    )


def finish(*arguments, **options):
    """Run a command to its end; returns the exit code and the log."""
    process = start(*arguments, **options)
    _, log = process.communicate()
    return process.returncode, log


def make_published_night(folder):
    """A raw file and a workspace with its published night in `folder`; returns both.

    Test processes share it: the first one makes it, the others wait.
    """
    folder.mkdir(exist_ok=True)
    raw, workspace = folder / "raw.json", folder / "workspace"
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (workspace / "receipts/report.json").exists():
            write_file(300, 3, str(raw))
            write_facts(300, 3, str(facts_beside(raw)))
            code, log = finish(workspace, raw, conf=_with_event_log(folder))
            assert code == 0, log
    return raw, workspace


def _with_event_log(folder):
    """A copy of SPARK_CONF that has Spark write its events to `folder`/events."""
    (folder / "events").mkdir(exist_ok=True)
    conf = shutil.copytree(SPARK_CONF, folder / "conf", dirs_exist_ok=True)
    with (conf / "spark-defaults.conf").open("a") as file:
        print("spark.eventLog.enabled true\nspark.eventLog.compress false", file=file)
        print(f"spark.eventLog.dir file://{folder / 'events'}", file=file)
    return conf


def spark_jobs(folder):
    """The number of Spark jobs by stage, from the events in `folder`."""
    events = [
        json.loads(line)
        for file in sorted(folder.rglob("events_*"))
        for line in file.read_text().splitlines()
    ]
    return Counter(
        event["Properties"].get("spark.job.description", "none")
        for event in events
        if event["Event"] == "SparkListenerJobStart"
    )


def sentence(log):
    """What the command said at its end; tasks that were still running may log after it."""
    said = [line for line in log.splitlines() if line.startswith("steamrec: ")]
    assert len(said) == 1, log
    return said[0]


def kill(process):
    """SIGKILL for the command and its JVM."""
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    process.stderr.close()


def kill_when(process, happened, seconds=120):
    """Kill the process once `happened()`; fails when it ends before."""
    until = time.monotonic() + seconds
    while not happened():
        assert process.poll() is None, process.stderr.read()
        assert time.monotonic() < until, "it did not happen"
        time.sleep(0.002)
    kill(process)


def kill_in_stage(process, stage):
    """Kill the process a moment after `stage` began; returns the log so far."""
    log = ""
    for line in process.stderr:
        log += line
        if f" {stage}: started" in line:
            time.sleep(0.3)
            kill(process)
            return log
    raise AssertionError(f"{stage} never began:\n{log}")


def hashes(workspace):
    """Every table's and model's content hash, from the receipts."""
    return {
        name.split("/run=")[0]: output["content_hash"]
        for path in (Path(workspace) / "receipts").rglob("*.json")
        for name, output in json.loads(path.read_text())["outputs"].items()
    }


def shown(workspace):
    """The pointer that readers follow, as it stands."""
    return (workspace / "exports/latest.json").read_bytes()


def whole(workspace):
    """Whether the run that the pointer names can be read, with all its rows."""
    latest = json.loads(shown(workspace))
    run = Path(workspace, *Path(latest["path"]).parts[-3:])
    return pq.read_table(run).num_rows == latest["rows"]
