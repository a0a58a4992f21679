"""HDFS with YARN, and an S3-compatible store, on this machine: fixtures for the whole run.

A test that asks for one is skipped, with the reason, where it cannot be had.
"""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.nights import ROOT

UNAVAILABLE = 3  # exit code of the scripts

S3_VARIABLES = {
    "AWS_ACCESS_KEY_ID": "trial",
    "AWS_SECRET_ACCESS_KEY": "trial",
    "AWS_REGION": "us-east-1",
}


@pytest.fixture(scope="session")
def hadoop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The state folder of a running Hadoop; conf/client in it is for HADOOP_CONF_DIR."""
    if not os.environ.get("STEAMREC_HADOOP_TESTS"):
        pytest.skip("half an hour on HDFS and YARN; set STEAMREC_HADOOP_TESTS=1 to run it")
    state = tmp_path_factory.mktemp("hadoop")
    environment = os.environ | {"STEAMREC_HADOOP_DIR": str(state)}
    _script("hadoop.sh", environment)
    before = os.environ.get("HADOOP_CONF_DIR")
    os.environ["HADOOP_CONF_DIR"] = str(state / "conf/client")
    try:
        yield state
    finally:
        if before is None:
            del os.environ["HADOOP_CONF_DIR"]
        else:
            os.environ["HADOOP_CONF_DIR"] = before
        subprocess.run([ROOT / "scripts/hadoop.sh", "stop"], env=environment, check=True)


@pytest.fixture(scope="session")
def s3_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URI of an empty bucket; this process has the variables that lead to it."""
    environment = os.environ | {"STEAMREC_S3_DIR": str(tmp_path_factory.mktemp("s3"))}
    variables = S3_VARIABLES | {"AWS_ENDPOINT_URL": _script("s3.sh", environment)}
    with pytest.MonkeyPatch.context() as patch:
        for name, value in variables.items():
            patch.setenv(name, value)
        try:
            yield "s3a://steamrec"
        finally:
            subprocess.run([ROOT / "scripts/s3.sh", "stop"], env=environment, check=True)


def _script(name: str, environment: dict[str, str]) -> str:
    """Start a store; returns what the script printed."""
    command = [ROOT / "scripts" / name, "start"]
    started = subprocess.run(command, env=environment, capture_output=True, text=True)
    if started.returncode == UNAVAILABLE:
        pytest.skip(started.stderr.strip().splitlines()[-1])
    assert started.returncode == 0, started.stderr
    return started.stdout.strip()
