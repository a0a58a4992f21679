"""The one place that makes a SparkSession."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from steamrec.errors import UsageError
from steamrec.spark.progress import show_progress

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

# In a checkout: the Spark and logging settings that go with the jobs.
CONF = Path(__file__).parents[2] / "conf"

JAVA_VERSIONS = (17, 21)

# What the results depend on: the same wherever the job runs.
SEMANTICS = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.ansi.enabled": "true",
    "spark.sql.execution.arrow.pyspark.enabled": "true",
    "spark.sql.parquet.compression.codec": "snappy",
    "spark.sql.sources.partitionColumnTypeInference.enabled": "false",
}

# NumPy in the Python workers: Spark already runs one worker a core.
WORKER_THREADS = {
    f"spark.executorEnv.{name}": "1"
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
}

# Only where this process is the whole cluster; conf/spark-defaults.conf speaks elsewhere.
LOCAL = {
    "spark.driver.memory": "4g",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.ui.enabled": "false",
    "spark.sql.shuffle.partitions": "16",
    "spark.ui.showConsoleProgress": "false",
}


def submitted() -> bool:
    """Whether spark-submit started this process (it then has chosen the master)."""
    return "PYSPARK_GATEWAY_PORT" in os.environ


def open_session(master: str | None = None) -> "SparkSession":
    """The session of this process.

    `master` is Spark's URL; None means what spark-submit chose, or local[*]. Raises UsageError
    when there is no Java that Spark can run on.
    """
    if not submitted():
        check_java()
    from pyspark.sql import SparkSession

    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    if not submitted():
        _name_files_in_utf8()
    if CONF.is_dir() and not submitted():
        os.environ.setdefault("SPARK_CONF_DIR", str(CONF))
    builder = SparkSession.builder.appName("steamrec")
    if master is None and not submitted():
        master = "local[*]"
    if master is not None:
        builder = builder.master(master)
    options = SEMANTICS | WORKER_THREADS
    if master is not None and master.startswith("local"):
        options = LOCAL | _defaults_file() | options
    for key, value in options.items():
        builder = builder.config(key, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    show_progress(session.sparkContext)
    return session


def _name_files_in_utf8() -> None:
    """Have the JVM read file names as Python does: under LC_ALL=C it refuses all but ASCII."""
    locale = next(filter(None, map(os.environ.get, ("LC_ALL", "LC_CTYPE", "LANG"))), "")
    if not re.search(r"utf-?8", locale, re.IGNORECASE):
        os.environ["LC_ALL"] = "C.UTF-8"


def _defaults_file() -> dict[str, str]:
    """What SPARK_CONF_DIR's spark-defaults.conf sets: it wins over LOCAL."""
    folder = os.environ.get("SPARK_CONF_DIR")
    path = Path(folder) / "spark-defaults.conf" if folder else None
    if path is None or not path.is_file():
        return {}
    lines = [line.strip() for line in path.read_text(encoding="utf-8").splitlines()]
    pairs = [re.split(r"[\s=]+", line, maxsplit=1) for line in lines if line and line[0] != "#"]
    return {pair[0]: pair[1] for pair in pairs if len(pair) == 2}


def check_java() -> None:
    """Raise UsageError unless a Java that Spark 4.0 runs on is there."""
    home = os.environ.get("JAVA_HOME")
    java = shutil.which("java", path=str(Path(home) / "bin") if home else None)
    wanted = " or ".join(str(version) for version in JAVA_VERSIONS)
    if java is None:
        where = f"under JAVA_HOME={home}" if home else "on the PATH"
        raise UsageError(f"There is no Java {where}; install Java {wanted} and try again.")
    answer = subprocess.run([java, "-version"], capture_output=True, text=True, check=False)
    found = re.search(r'version "(\d+)', answer.stderr)
    if found is None or int(found.group(1)) not in JAVA_VERSIONS:
        version = found.group(1) if found else "of an unknown version"
        raise UsageError(
            f"{java} is Java {version}, and Spark needs Java {wanted}; "
            "install it and set JAVA_HOME."
        )
