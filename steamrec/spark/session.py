"""The one place that makes a SparkSession."""

import logging
import os
import signal
from typing import IO, TYPE_CHECKING, Any

from steamrec.spark.account import log_in
from steamrec.spark.defaults import conf_folder, read_defaults
from steamrec.spark.environment import java_options, prepare_environment
from steamrec.spark.java import check_java
from steamrec.spark.master import check_master, is_local
from steamrec.spark.memory import driver_memory, machine_memory, memory_bytes
from steamrec.spark.progress import show_progress
from steamrec.spark.s3a import s3a_options
from steamrec.workspace import run_log

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

log = logging.getLogger(__name__)

# What the results depend on: the same wherever the job runs.
SEMANTICS = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.ansi.enabled": "true",
    "spark.sql.execution.arrow.pyspark.enabled": "true",
    "spark.sql.parquet.compression.codec": "snappy",
    "spark.sql.sources.partitionColumnTypeInference.enabled": "false",
    # Data that is damaged or gone fails the stage; it is never left out.
    "spark.sql.files.ignoreCorruptFiles": "false",
    "spark.sql.files.ignoreMissingFiles": "false",
}

# NumPy in the Python workers: Spark already runs one worker a core.
WORKER_THREADS = {
    f"spark.executorEnv.{name}": "1"
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
}

# Only where this process is the whole cluster; conf/spark-defaults.conf speaks elsewhere.
DEFAULT_FS = "spark.hadoop.fs.defaultFS"
LOCAL = {
    "spark.driver.memory": "4g",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    # A path is one of this machine, whatever the core-site.xml of another cluster says.
    DEFAULT_FS: "file:///",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
}


def submitted() -> bool:
    """Whether spark-submit started this process (it then has chosen the master)."""
    return {"PYSPARK_GATEWAY_PORT", "PYSPARK_GATEWAY_SECRET"} <= os.environ.keys()


def chosen_master(master: str | None) -> str | None:
    """The master of this run: `master`, spark-defaults.conf's, or local[*]; None: spark-submit's.

    Raises UsageError when Spark knows no such master.
    """
    if master is not None:
        check_master(master)
        return master
    if submitted():
        return None
    default = read_defaults().get("spark.master", "local[*]")
    check_master(default, "spark.master in spark-defaults.conf")
    return default


def open_session(
    master: str | None = None, small: bool = False, workspace: str = ""
) -> "SparkSession":
    """The session of this process.

    `master` is Spark's URL; None means what spark-submit chose, else spark-defaults.conf's, else
    local[*]. `small`: a local one is for data that a single task can take. `workspace` is
    the root of the workspace that Spark works in. Raises UsageError when
    there is no Java that Spark can run on.
    """
    master = chosen_master(master)
    local = master is not None and is_local(master)
    if not submitted():
        check_java()
        if folder := conf_folder():
            os.environ.setdefault("SPARK_CONF_DIR", str(folder))
        prepare_environment(local)
    from pyspark.sql import SparkSession

    interrupt = signal.getsignal(signal.SIGINT)
    options = session_options(master, local, small) | s3a_options(workspace)
    if "://" in workspace and options.get(DEFAULT_FS) == LOCAL[DEFAULT_FS]:
        del options[DEFAULT_FS]  # "hdfs:///folder" is on the default one of core-site.xml
    if local and not submitted():  # elsewhere steamrec may be on the workers' path only
        options.setdefault("spark.python.daemon.module", "steamrec.spark.daemon")
    if not submitted() and SparkSession.getActiveSession() is None:
        _start_context(options)
    builder = SparkSession.builder
    for key, value in options.items():
        builder = builder.config(key, value)
    session = builder.getOrCreate()
    _restore_handler(interrupt)
    session.sparkContext.setLogLevel("ERROR")
    show_progress(session.sparkContext)
    return session


def in_one_process(session: "SparkSession") -> bool:
    """Whether the driver's own JVM is the whole cluster."""
    return is_local(str(session.sparkContext.master))


def session_options(master: str | None, local: bool, small: bool = False) -> dict[str, str]:
    """Spark's properties for a run under `master` (None: spark-submit's); `master` wins."""
    options = SEMANTICS | WORKER_THREADS | {"spark.app.name": "steamrec"}
    if master is not None:
        options["spark.master"] = master
    if local:
        options = LOCAL | read_defaults() | options
        key = "spark.driver.extraJavaOptions"
        options[key] = java_options(options.get(key, ""), small)
        key = "spark.driver.memory"
        options[key] = _driver_memory(options[key])
    return options


def _driver_memory(wanted: str) -> str:
    """The size in MiB as Java takes it; what the machine does not have is not given."""
    size = memory_bytes(wanted)
    if size is None:
        return wanted
    given = driver_memory(size, machine_memory())
    if given < size:
        log.warning("spark.driver.memory is lowered from %s to what this machine has", wanted)
    return f"{given // 1024**2}m"


def _start_context(options: dict[str, str]) -> None:
    """Start the JVM, its output sent to the run's log where there is one, and the context."""
    from pyspark import SparkConf, SparkContext
    from pyspark.java_gateway import launch_gateway

    with SparkContext._lock:
        if SparkContext._active_spark_context is not None:
            return
    conf = SparkConf()
    for key, value in options.items():
        conf.set(key, value)
    output: IO[bytes] | None = run_log.open_for_append()
    sent: dict[str, Any] = {} if output is None else {"stdout": output, "stderr": output}
    gateway = SparkContext._gateway or launch_gateway(conf, sent)  # type: ignore[no-untyped-call]
    if output is not None:
        output.close()
    log_in(gateway)
    SparkContext(gateway=gateway, conf=conf)


def _restore_handler(handler: Any) -> None:
    """PySpark replaces the handler of Ctrl-C by one that calls the JVM; put ours back."""
    try:
        signal.signal(signal.SIGINT, handler)
    except (ValueError, TypeError):
        return  # not the main thread: PySpark did not replace it either
