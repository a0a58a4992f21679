"""A whole small night on YARN with its workspace in HDFS, while parts of the cluster die."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from steamrec.workspace.file_systems import file_system
from tests.support.nights import ROOT, SETTINGS, facts_beside, hashes

pytestmark = [pytest.mark.yarn, pytest.mark.hdfs, pytest.mark.timeout(2_400)]

JARS = Path(sys.prefix).resolve() / "lib/python3.11/site-packages/pyspark/jars"
# The jars of Spark lie on this machine: they need not be sent. Small containers, and other shuffle
# partitions than the local night has.
OPTIONS = (
    f"--conf spark.yarn.jars=local:{JARS}/* --driver-memory 700m --executor-memory 640m "
    "--num-executors 2 --conf spark.executor.memoryOverhead=384m "
    "--conf spark.driver.memoryOverhead=1g --conf spark.yarn.am.memory=384m "
    "--conf spark.executor.extraJavaOptions=-XX:TieredStopAtLevel=1 "
    "--conf spark.sql.shuffle.partitions=5 --conf spark.ui.enabled=false "
)


def submit(command, workspace, raw, log, options=""):
    """Start a command of the night on YARN; its log goes to the file `log`."""
    inputs = (f"input.path={raw}", f"input.items_path={facts_beside(raw)}")
    given = [f"--set={value}" for value in (*SETTINGS, *inputs)]
    dated = ["--date", "2026-01-31"] if command == "nightly" else []
    variables = {
        "STEAMREC_SUBMIT_OPTIONS": OPTIONS + options,
        "SPARK_CONF_DIR": str(ROOT / "conf"),
        "SPARK_LOCAL_IP": "127.0.0.1",
        "STEAMREC_DEBUG": "",
    }
    script = [ROOT / "scripts/submit.sh", "yarn", command, "--workspace", workspace]
    with log.open("w") as file:
        return subprocess.Popen(
            [*script, *dated, *given],
            env=os.environ | variables,
            stdout=file,
            stderr=subprocess.STDOUT,
        )


def processes(words, environment):
    """The Java processes of this test's cluster whose command line holds `words`."""
    found = []
    for process in psutil.process_iter():
        try:
            folder = process.environ().get("HADOOP_CONF_DIR", "")
            java = process.name() == "java" and environment in folder
            if java and words in " ".join(process.cmdline()):
                found.append(process)
        except psutil.Error:
            continue
    return found


def kill_one(state, words):
    """SIGKILL for one process, when there is one; returns whether there was."""
    for process in processes(words, str(state))[:1]:
        process.kill()
        return True
    return False


def follow(run, log, kills):
    """Wait for the end of `run`; kill as `kills` says: {stage that started: what dies}."""
    waiting = dict(kills)
    while run.poll() is None:
        text = log.read_text()
        for stage, kill in list(waiting.items()):
            if f" {stage}: started" in text and kill():
                del waiting[stage]
        time.sleep(0.2)
    assert run.returncode == 0, log.read_text()[-3000:]
    assert waiting == {}


def fetched_hashes(workspace, folder):
    """The content hashes of a workspace in HDFS, whose receipts are copied to `folder`."""
    files, base = file_system(workspace)
    for name in files.find(f"{base}/receipts"):
        target = folder / name[len(base) + 1 :]
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(files.cat_file(name))
    return hashes(folder)


def test_the_driver_in_the_cluster_is_replaced_and_goes_on(hadoop, published_night, tmp_path):
    """In cluster mode: the application master dies once; YARN starts it again."""
    raw, local = published_night
    workspace, log = "hdfs:///cluster", tmp_path / "log"
    python = "--conf spark.yarn.appMasterEnv.PYSPARK_PYTHON=" + sys.executable
    run = submit("nightly", workspace, raw, log, f"--deploy-mode cluster {python}")
    files, base = file_system(workspace)
    while not files.exists(f"{base}/receipts/prepare.json"):
        assert run.poll() is None, log.read_text()[-3000:]
        time.sleep(0.2)
    assert kill_one(hadoop, "yarn.ApplicationMaster")
    assert run.wait() == 0, log.read_text()[-3000:]
    assert fetched_hashes(workspace, tmp_path) == hashes(local)


@pytest.mark.parametrize("mode", ["client", "cluster"])
def test_a_signal_ends_the_driver_and_the_retry_goes_on(hadoop, published_night, tmp_path, mode):
    raw, _ = published_night
    workspace, log = f"hdfs:///{mode}-stopped", tmp_path / "log"
    python = "--conf spark.yarn.appMasterEnv.PYSPARK_PYTHON=" + sys.executable
    options = f"--deploy-mode cluster {python}" if mode == "cluster" else ""
    run = submit("ingest", workspace, raw, log, options)
    files, base = file_system(workspace)
    while not files.exists(f"{base}/layout.json"):
        assert run.poll() is None, log.read_text()[-3000:]
        time.sleep(0.2)
    time.sleep(5)
    drivers = [
        process
        for process in psutil.process_iter()
        if f"{workspace}" in " ".join(process.cmdline()) and "python" in process.name()
    ]
    assert drivers
    run.send_signal(signal.SIGTERM)
    _, left = psutil.wait_procs(drivers, timeout=10)
    assert left == []
    run.wait(60)
    again = submit("ingest", workspace, raw, log, options)
    assert again.wait() == 0, log.read_text()[-3000:]


def test_a_night_that_loses_parts_of_the_cluster_equals_a_local_one(
    hadoop, published_night, tmp_path
):
    """An executor, a DataNode and a NodeManager die, in client mode. The last test: two stay so."""
    raw, local = published_night
    workspace, log = "hdfs:///client", tmp_path / "log"
    kills = {
        "prepare": lambda: kill_one(hadoop, "CoarseGrainedExecutorBackend"),
        "sample": lambda: kill_one(hadoop, "-Dsteamrec.daemon=datanode-2"),
        "rank/gmf": lambda: kill_one(hadoop, "-Dsteamrec.daemon=nodemanager-2"),
    }
    follow(submit("nightly", workspace, raw, log), log, kills)
    assert fetched_hashes(workspace, tmp_path) == hashes(local)
