import os

import pytest

from steamrec.spark.failures import explain, first_cause

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
    "a dead JVM": ("Py4JNetworkError: Answer from Java side is empty", "Java process ended"),
}  # fmt: skip


@pytest.mark.parametrize("case", RECORDED)
def test_a_recorded_failure_is_explained(case):
    text, words = RECORDED[case]
    sentence = explain(text)
    assert sentence is not None
    assert words in sentence
    assert "\\" not in sentence


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
