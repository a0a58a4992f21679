import os

import pytest

from steamrec.spark.failures import explain, first_cause, start_cause

RECORDED = {
    "no Python": ('java.io.IOException: Cannot run program "/no/python": error=2', "/no/python"),
    "a Python that ends": (
        "SparkException: EOFException occurred while reading the port number from "
        "pyspark.daemon's stdout.", "PYSPARK_PYTHON",
    ),
    "noexec": (
        "java.lang.UnsatisfiedLinkError: /t/libzstd-jni.so: failed to map segment from shared "
        "object", "TMPDIR",
    ),
    "a host name": ("java.net.UnknownHostException: a.invalid: Name or service", "a.invalid"),
    "few files": ("java.io.FileNotFoundException: /x (Too many open files)", "ulimit -n"),
    "start options": ("Error: Unrecognized option: --nonsense", "--nonsense"),
    "heap": ("java.lang.OutOfMemoryError: Java heap space", "spark.driver.memory"),
    "permission": ("PermissionError: [Errno 13] Permission denied: '/x/y'", "/x/y"),
    "shuffle": ("org.apache.spark.shuffle.FetchFailedException: Stream is corrupted", "shuffle"),
    "a module": ("ModuleNotFoundError: No module named 'numpy'", "numpy"),
    "a hidden module": (
        "ImportError: cannot import name 'SystemRandom' from 'random' (/home/a/random.py)",
        "/home/a/random.py hides",
    ),
    "mixed types": ("[FAILED_READ_FILE.PARQUET_COLUMN_DATA_TYPE_MISMATCH] x", "different types"),
    "threads": ('Cannot run program "/v/python": error=11, Resource temporarily', "ulimit -u"),
    "memory": ('Cannot run program "/v/python": error=12, Cannot allocate memory', "memory"),
    "no PATH": ('java.io.IOException: Cannot run program "chmod": error=2', "PATH"),
    "a full disk": ("OSError: [Errno 28] No space left on device: '/s/x'", "full /s/x"),
    "a quota": ("OSError: [Errno 122] Disk quota exceeded", "quota"),
    "a file's size": ("OSError: [Errno 27] File too large", "ulimit -f"),
    "Hadoop's settings": (
        "com.ctc.wstx.exc.WstxEOFException: Unexpected EOF\n at "
        '[row,col,system-id]: [1,9,"file:/h/core-site.xml"]', "/h/core-site.xml is not valid XML",
    ),
    "a host of Hadoop's": (
        'java.net.UnknownHostException: Invalid host name: local host is: (unknown); '
        'destination host is: "namenode":9000;', "host name namenode",
    ),
    "a server that is down": (
        "java.net.ConnectException: Call From a/1.2.3.4 to namenode:9000 failed on connection "
        "exception: java.net.ConnectException: Connection refused", "namenode:9000",
    ),
    "ports": ("java.net.BindException: Address already in use: bind", "no free port"),
    "Java's permission": (
        "java.io.FileNotFoundException: /x/y.parquet (Permission denied)", "/x/y.parquet",
    ),
    "a module of the workers": (
        'File "/s/pyspark/python/lib/pyspark.zip/pyspark/worker.py", line 1\n'
        "ModuleNotFoundError: No module named 'numpy'", "PYSPARK_PYTHON",
    ),
    "a hidden package": (
        "ModuleNotFoundError: No module named 'numpy.core'; 'numpy' is not a package",
        "numpy.py hides",
    ),
    "a removed file": (
        "[FAILED_READ_FILE.FILE_NOT_EXIST] Error while reading file file:///w/x.parquet. "
        "File does not exist.", "was removed",
    ),
    "a dead JVM": ("Py4JNetworkError: Answer from Java side is empty", "Java process ended"),
}  # fmt: skip


@pytest.mark.parametrize("case", RECORDED)
def test_a_recorded_failure_is_explained(case):
    text, words = RECORDED[case]
    sentence = explain(text)
    assert sentence is not None
    assert words in sentence
    assert "\\" not in sentence


@pytest.mark.parametrize(
    "text",
    [
        # Of these the table cannot know the cause: a wrong one is worse than Java's own words.
        "java.net.ConnectException: Connection refused",
        "[FAILED_READ_FILE.NO_HINT] Error while reading file file:///w/x.parquet.",
        "KerberosAuthException: failure to login: for principal: a using keytab b",
        "java.io.FileNotFoundException: File file:/none.jar does not exist",
        "BlockingIOError: [Errno 11] Resource temporarily unavailable",
    ],
)
def test_no_cause_is_guessed(text):
    assert explain(text) is None


def test_libraries_that_do_not_fit_into_memory_are_not_a_noexec_folder():
    text = "libfoo.so: failed to map segment from shared object: Cannot allocate memory"
    assert "not enough memory" in str(explain(text))


def test_why_java_did_not_start_is_in_its_log():
    log = (
        "WARNING: Using incubator modules: jdk.incubator.vector\n"
        'Exception in thread "main" java.lang.IllegalArgumentException: basedir must be absolute\n'
        "\tat org.apache.ivy.util.Checks.checkAbsolute(Checks.java:48)\n"
    )
    assert "(IllegalArgumentException: basedir must be absolute)" in start_cause(log)
    assert "and said nothing" in start_cause("WARNING: x\n")
    assert "--nonsense" in start_cause("Error: Unrecognized option: --nonsense")


def test_what_no_pattern_knows_is_told_by_its_innermost_cause():
    java = (
        "An error occurred while calling o5171.parquet.\n: org.apache.spark.SparkException: x\n"
        "\tat a.B\nCaused by: java.lang.IllegalStateException: outer\n\tat c.D\n"
        "Caused by: java.lang.IllegalArgumentException: the innermost\n\t... 1 more"
    )
    assert explain(java) is None
    assert first_cause(java) == "IllegalArgumentException: the innermost"
    python = "Traceback (most recent call last):\n  File x\nValueError: a bad row\n\n\tat a.B"
    assert first_cause(python) == "ValueError: a bad row"
    assert first_cause("") == ""


def test_real_failures_of_workers_are_explained(spark):
    def die(value):
        os._exit(1)

    def refuse(value):
        raise ValueError("a bad row")

    told = []
    for work in (die, refuse):
        with pytest.raises(Exception) as caught:
            spark.sparkContext.parallelize([1], 1).map(work).collect()
        told.append(str(caught.value))
    assert "A Spark worker process died" in str(explain(told[0]))
    assert explain(told[1]) is None
    assert first_cause(told[1]) == "ValueError: a bad row"
