"""What steamrec sets for the JVM and the Python workers that it starts itself.

A local run gets the same environment from any shell: the loopback address (an unresolvable
host name does no harm), UTF-8, and a workers' import path without the current folder.
"""

import importlib.metadata
import importlib.util
import logging
import os
import re
import shlex
import sys
import tempfile
from pathlib import Path

from steamrec.errors import UsageError
from steamrec.spark.account import account_options, complete_own_account

log = logging.getLogger(__name__)

ROOT = Path(__file__).parents[2]  # where Python finds steamrec
LOCAL_VARIABLES = {
    "SPARK_LOCAL_IP": "127.0.0.1",
    "SPARK_LOCAL_HOSTNAME": "localhost",
    "LC_ALL": "C.UTF-8",
    "PYTHONSAFEPATH": "1",
}
JAVA_OPTIONS = "-Dfile.encoding=UTF-8 -Dsun.jnu.encoding=UTF-8"
# Of another Spark, of Spark Connect or of Spark's own tests: they select another session.
REMOVED_VARIABLES = (
    "SPARK_REMOTE",
    "SPARK_LOCAL_REMOTE",
    "SPARK_CONNECT_MODE",
    "SPARK_CONNECT_MODE_ENABLED",
    "SPARK_API_MODE",
    "SPARK_TESTING",
    "SPARK_PREPEND_CLASSES",
    "SPARK_SCALA_VERSION",
    "PYTHONWARNINGS",
    "PYSPARK_GATEWAY_PORT",
    "PYSPARK_GATEWAY_SECRET",
)
HEAP = re.compile(r"\s*-Xm[sx]\S*")
IGNORED_SUBMIT_OPTIONS = ("--master", "--deploy-mode", "--name", "--remote", "--class")
IGNORED_SUBMIT_ACTIONS = ("pyspark-shell", "--help", "-h", "--version", "--usage-error")
IGNORED_SUBMIT_PROPERTIES = ("spark.master", "spark.submit.deployMode", "spark.remote")
JAVA_VARIABLES = (
    *("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS"),
    *("SPARK_SUBMIT_OPTS", "PYSPARK_SUBMIT_ARGS"),
)


def prepare_environment(local: bool) -> None:
    """Set the variables of the JVM that this process starts, and of its Python workers.

    Raises UsageError for a PYSPARK_SUBMIT_ARGS that cannot be read.
    """
    complete_own_account()
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    _choose_spark_home()
    for name in REMOVED_VARIABLES:
        if os.environ.pop(name, None) is not None:
            log.warning("%s is ignored", name)
    if options := os.environ.get("_JAVA_OPTIONS"):  # it wins over spark.driver.memory
        os.environ["_JAVA_OPTIONS"] = HEAP.sub("", options)
    if not os.environ.get("SPARK_LOCAL_DIRS", "").strip(" ,"):
        os.environ.pop("SPARK_LOCAL_DIRS", None)  # Spark would make a folder called " "
    if arguments := os.environ.get("PYSPARK_SUBMIT_ARGS"):
        os.environ["PYSPARK_SUBMIT_ARGS"] = submit_arguments(arguments)
    if not local:
        return
    os.environ.update(LOCAL_VARIABLES)
    os.environ["PYTHONPATH"] = python_path(os.environ.get("PYTHONPATH", ""))


def submit_arguments(text: str) -> str:
    """PYSPARK_SUBMIT_ARGS as PySpark needs it: no master of its own, and `pyspark-shell` last."""
    try:
        words = shlex.split(text)
    except ValueError as error:
        raise UsageError(f"PYSPARK_SUBMIT_ARGS cannot be read ({error}); unset it.") from None
    kept: list[str] = []
    rest = iter(word for word in words if word not in IGNORED_SUBMIT_ACTIONS)
    for word in rest:
        name, equals, value = word.partition("=")
        if word in ("--conf", "-c"):
            value = next(rest, "")
        elif name not in (*IGNORED_SUBMIT_OPTIONS, "--conf"):
            kept.append(word)
            continue
        elif name in IGNORED_SUBMIT_OPTIONS:
            if not equals:
                next(rest, None)
            continue
        if value.partition("=")[0] not in IGNORED_SUBMIT_PROPERTIES:
            kept += ["--conf", value]
    return shlex.join([*kept, "pyspark-shell"])


def python_path(before: str) -> str:
    """PYTHONPATH for workers that do not look in the current folder: steamrec must be on it.

    A relative entry is made absolute, and an empty one, which means the current folder, goes.
    """
    entries = [str(Path(entry).absolute()) for entry in before.split(os.pathsep) if entry]
    if not any(Path(place or ".").resolve() == ROOT for place in sys.path[1:]) and (
        str(ROOT) not in entries
    ):
        entries.append(str(ROOT))
    return os.pathsep.join(entries)


def java_options(before: str = "", small: bool = False) -> str:
    """The options of a local JVM, behind those of spark-defaults.conf.

    One for `small` data does its work before optimised code would pay: with these options it
    starts, and runs its first queries, in half of the processor's time.
    """
    options = [
        before,
        JAVA_OPTIONS,
        f'"-Djava.io.tmpdir={tempfile.gettempdir()}"',
        account_options(),
    ]
    if small:
        options.append("-XX:TieredStopAtLevel=1")
        given = " ".join([before, *(os.environ.get(name, "") for name in JAVA_VARIABLES)])
        if not re.search(r"-XX:\+Use\w+GC", given):  # Java takes no two collectors
            options.append("-XX:+UseSerialGC")
    return " ".join(option for option in options if option)


def spark_version(home: Path) -> str | None:
    """The version of the Spark installed at `home`; None when there is none."""
    if not (home / "bin/spark-submit").is_file():
        return None
    for jar in (home / "jars").glob("spark-core_*.jar"):
        if found := re.fullmatch(r"spark-core_[\d.]+-(.+)\.jar", jar.name):
            return found.group(1)
    return None


def _choose_spark_home() -> None:
    """Set SPARK_HOME to PySpark's own Spark, unless it names one of the same version."""
    found = importlib.util.find_spec("pyspark")
    if found is None or found.origin is None:
        return
    own = Path(found.origin).parent
    given = os.environ.get("SPARK_HOME")
    if given and spark_version(Path(given)) != importlib.metadata.version("pyspark"):
        log.warning("SPARK_HOME=%s is not the Spark that steamrec needs; ignored.", given)
    elif given:
        return
    os.environ["SPARK_HOME"] = str(own)
