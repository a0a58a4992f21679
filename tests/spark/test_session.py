import os
import sys
from pathlib import Path

import pytest

from steamrec.errors import UsageError
from steamrec.spark.environment import python_path, submit_arguments
from steamrec.spark.session import chosen_master, session_options


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
    with pytest.raises(UsageError, match="PYSPARK_SUBMIT_ARGS"):
        submit_arguments("'")
    entries = python_path(f"{os.pathsep}lib").split(os.pathsep)
    assert entries[0] == str(Path("lib").absolute())
    assert "" not in entries
    assert sys.executable


def test_damaged_and_missing_files_are_never_left_out():
    options = session_options("local[2]", True)
    for name in ("ignoreCorruptFiles", "ignoreMissingFiles"):
        assert options[f"spark.sql.files.{name}"] == "false"
