"""A whole small night through spark-submit on a standalone cluster, against local mode's."""

import ipaddress
import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

import psutil
import pytest

from tests.support.nights import ROOT, SETTINGS, facts_beside, hashes

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(2_400)]
# Other shuffle partitions than the local night has: the tables must not depend on them.
OPTIONS = (
    "--driver-memory 1g --executor-memory 700m --conf spark.sql.shuffle.partitions=5 "
    "--conf spark.executor.extraJavaOptions=-XX:TieredStopAtLevel=1"
)
KILLED_IN = ("ingest", "sample", "export")


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return str(listener.getsockname()[1])


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    """A folder, the master's URL, and the environment of the scripts."""
    folder = tmp_path_factory.mktemp("cluster")
    environment = os.environ | {
        "STEAMREC_CLUSTER_DIR": str(folder / "state"),
        "STEAMREC_MASTER_PORT": free_port(),
        "STEAMREC_MASTER_UI_PORT": free_port(),
        "STEAMREC_WORKER_MEMORY": "1g",
        "STEAMREC_SUBMIT_OPTIONS": OPTIONS,
        "SPARK_DAEMON_JAVA_OPTS": os.environ["SPARK_SUBMIT_OPTS"],
        "STEAMREC_LOG": str(folder / "nightly.log"),
        "SPARK_CONF_DIR": str(ROOT / "conf"),
        "STEAMREC_DEBUG": "",
    }
    script = ROOT / "scripts/cluster.sh"
    started = subprocess.run([script, "start"], env=environment, capture_output=True, text=True)
    try:
        assert started.returncode == 0, started.stderr
        yield folder, started.stdout.strip(), environment
    finally:
        subprocess.run([script, "stop"], env=environment, check=True)


def arguments(raw):
    inputs = (f"input.path={raw}", f"input.items_path={facts_beside(raw)}")
    given = [f"--set={value}" for value in (*SETTINGS, *inputs)]
    return ["--date", "2026-01-31", *given]


def executors(state):
    """The process ids of the executors that the workers with this state folder started."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = path.read_bytes().decode()
            if "CoarseGrainedExecutorBackend" in line and str(path.parent.joinpath("cwd").readlink()
            ).startswith(str(state)):  # fmt: skip
                found.append(int(path.parent.name))
        except OSError:
            continue
    return found


def listening(roots):
    """The addresses on which the processes `roots` and all below them listen."""
    found = set()
    for root in roots:
        try:
            for process in [root, *root.children(recursive=True)]:
                for connection in process.net_connections("tcp"):
                    if connection.status == psutil.CONN_LISTEN:
                        found.add(connection.laddr.ip)
        except psutil.Error:
            continue
    return found


def kill_an_executor(state):
    """SIGKILL for one executor, if one has started; returns whether it did."""
    for process in executors(state)[:1]:
        os.kill(process, signal.SIGKILL)
        return True
    return False


def test_a_submitted_night_that_loses_executors_equals_a_local_one(cluster, published_night):
    """One executor dies in each of three stages; nobody listens beyond the loopback address."""
    folder, url, environment = cluster
    raw, local = published_night
    command = [ROOT / "scripts/submit.sh", url, "nightly", "--workspace", folder / "workspace"]
    daemons = [int(path.read_text()) for path in (folder / "state").glob("*.pid")]
    addresses, waiting = set(), list(KILLED_IN)
    log = folder / "submitted.log"
    with log.open("w") as file:
        # Under spark-submit a Python driver's log comes out of the JVM's standard output.
        run = subprocess.Popen(
            [*command, *arguments(raw)], env=environment, stdout=file, stderr=subprocess.STDOUT
        )
        while run.poll() is None:
            addresses |= listening([psutil.Process(pid) for pid in (*daemons, run.pid)])
            text = log.read_text()
            if waiting and f" {waiting[0]}: started" in text:
                assert f" {waiting[0]}: finished" not in text, "too late to kill an executor"
                if kill_an_executor(folder / "state"):
                    waiting.pop(0)
            time.sleep(0.1)
    assert run.returncode == 0, log.read_text()[-3000:]
    assert waiting == []
    assert addresses
    assert all(ipaddress.ip_address(address.removeprefix("::ffff:")).is_loopback
               for address in addresses), addresses  # fmt: skip
    assert hashes(folder / "workspace") == hashes(local)


def test_nightly_sh_submits_what_is_left_of_a_night(cluster, published_night, tmp_path):
    """Of a night without its export: the other stages are found finished."""
    _, url, environment = cluster
    raw, local = published_night
    workspace = tmp_path / "workspace"
    shutil.copytree(local, workspace)
    (workspace / "receipts/export.json").unlink()
    (workspace / "exports/latest.json").unlink()
    command = [ROOT / "scripts/nightly.sh", url, workspace, *arguments(raw)]
    run = subprocess.run(command, env=environment, capture_output=True, text=True)
    log = Path(environment["STEAMREC_LOG"]).read_text()
    assert run.returncode == 0, f"{run.stderr}\n{log[-3000:]}"
    assert "the night of 2026-01-31 is published" in run.stderr
    for stage in ("ingest", "prepare", "sample", "train/gmf", "evaluate"):
        assert f" {stage}: started" not in log
        assert f" {stage}: up to date" in log
    assert " export: finished" in log
    assert (workspace / "exports/latest.json").exists()
    assert hashes(workspace) == hashes(local)
