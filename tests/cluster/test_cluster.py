"""A whole small night through spark-submit on a standalone cluster, against local mode's."""

import ipaddress
import os
import signal
import socket
import subprocess
import time
from pathlib import Path

import psutil
import pytest

from steamrec.generate.write import write_file
from tests.faults.nights import ROOT, SETTINGS, finish, hashes

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(2_400)]
OPTIONS = "--driver-memory 1g --executor-memory 700m --conf spark.sql.shuffle.partitions=2"
KILLED_IN = ("ingest", "sample", "export")


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return str(listener.getsockname()[1])


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    """A folder with the raw file, the master's URL, and the environment of the scripts."""
    folder = tmp_path_factory.mktemp("cluster")
    environment = os.environ | {
        "STEAMREC_CLUSTER_DIR": str(folder / "state"),
        "STEAMREC_MASTER_PORT": free_port(),
        "STEAMREC_MASTER_UI_PORT": free_port(),
        "STEAMREC_WORKER_MEMORY": "1g",
        "STEAMREC_SUBMIT_OPTIONS": OPTIONS,
        "STEAMREC_LOG": str(folder / "nightly.log"),
        "SPARK_CONF_DIR": str(ROOT / "conf"),
        "STEAMREC_DEBUG": "",
    }
    script = ROOT / "scripts/cluster.sh"
    started = subprocess.run([script, "start"], env=environment, capture_output=True, text=True)
    try:
        assert started.returncode == 0, started.stderr
        write_file(400, 3, str(folder / "raw.json"))
        yield folder, started.stdout.strip(), environment
    finally:
        subprocess.run([script, "stop"], env=environment, check=True)


def arguments(folder):
    given = [f"--set={value}" for value in (*SETTINGS, f"input.path={folder}/raw.json")]
    return ["--date", "2026-01-31", *given]


@pytest.fixture(scope="module")
def local(cluster):
    """The hashes of the same night in local mode."""
    folder, _, _ = cluster
    code, log = finish(folder / "local", folder / "raw.json")
    assert code == 0, log
    return hashes(folder / "local")


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


def test_a_submitted_night_equals_a_local_one(cluster, local):
    folder, url, environment = cluster
    command = [ROOT / "scripts/submit.sh", url, "nightly", "--workspace", folder / "submitted"]
    daemons = [int(path.read_text()) for path in (folder / "state").glob("*.pid")]
    addresses = set()
    with (folder / "submitted.log").open("w") as log:
        run = subprocess.Popen([*command, *arguments(folder)], env=environment, stderr=log)
        while run.poll() is None:
            addresses |= listening([psutil.Process(pid) for pid in (*daemons, run.pid)])
            time.sleep(0.5)
    assert run.returncode == 0, (folder / "submitted.log").read_text()[-3000:]
    assert addresses
    assert all(ipaddress.ip_address(address.removeprefix("::ffff:")).is_loopback
               for address in addresses), addresses  # fmt: skip
    assert hashes(folder / "submitted") == local


def test_killed_executors_change_nothing(cluster, local):
    """nightly.sh submits stage by stage; one executor dies in each of three stages."""
    folder, url, environment = cluster
    log = folder / "nightly.log"
    command = [ROOT / "scripts/nightly.sh", url, folder / "stages", *arguments(folder)]
    waiting = list(KILLED_IN)
    run = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)
    while run.poll() is None:
        text = log.read_text() if log.exists() else ""
        if waiting and f" {waiting[0]}: started" in text:
            assert f" {waiting[0]}: finished" not in text, "too late to kill an executor"
            for process in executors(folder / "state")[:1]:
                os.kill(process, signal.SIGKILL)
                waiting.pop(0)
        time.sleep(0.05)
    assert run.returncode == 0, f"{run.stderr.read()}\n{log.read_text()[-3000:]}"
    assert waiting == []
    assert hashes(folder / "stages") == local
