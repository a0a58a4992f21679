import os
import sys
from pathlib import Path

import pytest

from steamrec.errors import UsageError
from steamrec.spark.environment import (
    java_options,
    prepare_environment,
    python_path,
    submit_arguments,
)
from steamrec.spark.session import chosen_master, session_options, submitted


@pytest.fixture
def defaults(tmp_path, monkeypatch):
    (tmp_path / "spark-defaults.conf").write_text(
        "spark.master local[7]\nspark.driver.extraJavaOptions -Da=b\n"
    )
    monkeypatch.setenv("SPARK_CONF_DIR", str(tmp_path))
    monkeypatch.delenv("PYSPARK_GATEWAY_PORT", raising=False)


def test_the_master_of_the_command_line_wins(defaults):
    assert chosen_master(None) == "local[7]"
    assert session_options(chosen_master("local[2]"), True)["spark.master"] == "local[2]"
    options = session_options("local[2]", True)["spark.driver.extraJavaOptions"].split()
    assert options[0] == "-Da=b"
    assert "-Dfile.encoding=UTF-8" in options


@pytest.mark.parametrize("master", ["local", "local[*]", "local[2,3]", "spark://h:7077", "yarn"])
def test_masters_that_spark_knows(master):
    assert chosen_master(master) == master


@pytest.mark.parametrize("master", ["", "local[abc]", "loca[2]", "local[0]", "spark://h", "a b"])
def test_a_master_that_spark_does_not_know_is_refused(master):
    with pytest.raises(UsageError, match="--master takes local"):
        chosen_master(master)


def test_submit_arguments_and_the_workers_path(tmp_path):
    assert submit_arguments("--master local") == "pyspark-shell"
    assert submit_arguments("--jars a.jar pyspark-shell") == "--jars a.jar pyspark-shell"
    assert submit_arguments("--master=yarn --name=x") == "pyspark-shell"
    for ignored in ("--version", "--remote sc://x", "--conf spark.master=yarn", "--class a.B",
                    "--conf=spark.submit.deployMode=cluster"):  # fmt: skip
        assert submit_arguments(f"{ignored} --conf a=b") == "--conf a=b pyspark-shell"
    with pytest.raises(UsageError, match="PYSPARK_SUBMIT_ARGS"):
        submit_arguments("'")
    entries = python_path(f"{os.pathsep}lib").split(os.pathsep)
    assert entries[0] == str(Path("lib").absolute())
    assert "" not in entries
    assert sys.executable


def test_variables_of_another_spark_are_taken_away(monkeypatch):
    for name in ("SPARK_REMOTE", "SPARK_TESTING", "PYSPARK_GATEWAY_PORT"):
        monkeypatch.setenv(name, "1")
    monkeypatch.setenv("_JAVA_OPTIONS", "-Da=b -Xmx64m -Xms1m")
    monkeypatch.setenv("SPARK_HOME", os.environ.get("SPARK_HOME", ""))
    monkeypatch.setenv("PYSPARK_PYTHON", sys.executable)
    assert not submitted()  # a port alone is that of another process
    prepare_environment(local=False)
    assert not {"SPARK_REMOTE", "SPARK_TESTING", "PYSPARK_GATEWAY_PORT"} & os.environ.keys()
    assert os.environ["_JAVA_OPTIONS"] == "-Da=b"


def test_the_drivers_memory_is_given_as_java_takes_it(defaults, tmp_path):
    (tmp_path / "spark-defaults.conf").write_text("spark.driver.memory 600MB\n")
    assert session_options("local", True)["spark.driver.memory"] == "600m"
    (tmp_path / "spark-defaults.conf").write_text("spark.driver.memory 900t\n")
    assert int(session_options("local", True)["spark.driver.memory"][:-1]) < 900 * 2**20


def test_a_small_jvm_gets_no_second_collector(monkeypatch):
    monkeypatch.delenv("SPARK_SUBMIT_OPTS", raising=False)
    assert "TieredStopAtLevel" not in java_options("-Da=b")
    assert java_options("-Da=b", small=True).endswith("-XX:TieredStopAtLevel=1 -XX:+UseSerialGC")
    assert "UseSerialGC" not in java_options("-XX:+UseZGC", small=True)
    monkeypatch.setenv("JAVA_TOOL_OPTIONS", "-XX:+UseParallelGC")
    assert "UseSerialGC" not in java_options(small=True)


def test_damaged_and_missing_files_are_never_left_out():
    options = session_options("local[2]", True)
    for name in ("ignoreCorruptFiles", "ignoreMissingFiles"):
        assert options[f"spark.sql.files.{name}"] == "false"
