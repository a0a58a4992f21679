import os
import sys
from types import SimpleNamespace

import pytest

from steamrec.doctor.folders import check_folder, spill_folders
from steamrec.doctor.host import check_account, check_host_name, check_locale
from steamrec.doctor.limits import (
    check_clock,
    check_file_size,
    check_memory,
    check_open_files,
    check_processes,
)
from steamrec.doctor.python import check_python_path, check_worker_python
from steamrec.doctor.variables import check_variables, java_finding
from steamrec.spark.java import parse_version

ROOM = {"f_bavail": 10**6, "f_frsize": 4096, "f_files": 10, "f_favail": 5, "f_flag": 0}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({}, None),
        ({"f_bavail": 10}, "0 MB free"),
        ({"f_favail": 0}, "no inodes are free"),
        ({"f_files": 0, "f_favail": 0}, None),  # a file system without inodes
        ({"f_flag": os.ST_NOEXEC}, "noexec"),
    ],
)
def test_a_temporary_folder(tmp_path, change, words):
    state = SimpleNamespace(**ROOM | change)
    told = check_folder("temporary folder", str(tmp_path), "TMPDIR", True, lambda path: state)
    assert told.ok == (words is None)
    if words:
        assert words in told.found
        assert "TMPDIR" in told.advice


def test_a_missing_folder_and_where_spark_spills(tmp_path):
    assert not check_folder("spill", str(tmp_path / "none"), "SPARK_LOCAL_DIRS").ok
    assert spill_folders({"SPARK_LOCAL_DIRS": "/a,/b"}, {"spark.local.dir": "/c"}) == ["/a", "/b"]
    assert spill_folders({}, {"spark.local.dir": "/c"}) == ["/c"]
    assert spill_folders({"TMPDIR": "/d"}, {}) == ["/d"]
    assert spill_folders({"TMPDIR": "/d", "SPARK_LOCAL_DIRS": " ,"}, {}) == ["/d"]


def test_limits():
    assert "ulimit -n" in check_open_files(64).advice
    assert check_open_files(1024).ok
    assert "ulimit -u" in check_processes(64, 1000).advice
    assert check_processes(64, 0).ok  # root has no limit
    assert check_processes(-1, 1000).ok
    assert "ulimit -f" in check_file_size(2**20).advice
    assert check_file_size(-1).ok
    assert not check_clock(0).ok
    assert check_clock(1.8e9).ok


@pytest.mark.parametrize(
    ("driver", "machine", "words"),
    [
        ("4g", 16, None),
        ("4g", 3.8, None),  # a laptop: less is taken
        ("4g", 0.8, "2 GB or more"),
        ("lots", None, "a size such as 4g"),
        ("100m", 16, "1g or more"),
        ("4g", None, None),
    ],
)
def test_memory(driver, machine, words):
    told = check_memory(driver, None if machine is None else int(machine * 2**30))
    assert told.ok == (words is None)
    assert words is None or words in told.advice
    assert ("lowered to" in told.found) == (machine == 3.8)


@pytest.mark.parametrize(
    ("shell", "words"),
    [
        ("exit 1", "not a Python that runs"),
        ("echo 2.7", "is Python 2.7, and steamrec runs on"),
        (f"echo {sys.version_info[0]}.{sys.version_info[1]} numpy", "has no numpy"),
        (f"echo {sys.version_info[0]}.{sys.version_info[1]}", None),
    ],
)
def test_the_python_of_the_workers(tmp_path, shell, words):
    program = tmp_path / "python"
    program.write_text(f"#!/bin/sh\n{shell}\n")
    program.chmod(0o755)
    told = check_worker_python({"PYSPARK_PYTHON": str(program), "PATH": os.environ["PATH"]})
    assert told.ok == (words is None)
    assert words is None or words in told.found
    missing = check_worker_python({"PYSPARK_PYTHON": str(tmp_path / "none")})
    assert "is not a program" in missing.found
    assert check_worker_python({}).ok


def test_a_file_that_hides_a_module_is_named(tmp_path):
    assert check_python_path(str(tmp_path)).ok
    (tmp_path / "numpy").mkdir()
    assert check_python_path(str(tmp_path)).ok  # no package
    (tmp_path / "numpy/__init__.py").touch()
    assert "numpy hides the module numpy" in check_python_path(f"/none:{tmp_path}").found


def test_variables(tmp_path, monkeypatch):
    wrong = check_variables({"SPARK_CONF_DIR": "/none", "PYSPARK_SUBMIT_ARGS": "'"}, "local")
    assert [finding.name for finding in wrong if not finding.ok] == [
        "SPARK_CONF_DIR",
        "PYSPARK_SUBMIT_ARGS",
    ]
    assert not check_variables({}, "yarn")[0].ok
    assert check_variables({}, "local") == []
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    assert "There is no Java" in java_finding().found
    java = tmp_path / "bin/java"
    java.parent.mkdir()
    java.write_text("#!/bin/sh\necho 'openjdk version \"1.8.0_392\"' >&2\n")
    java.chmod(0o755)
    assert "is Java 8, and Spark needs Java 17 or 21" in java_finding().found
    java.write_text(
        "#!/bin/sh\necho 'Picked up JAVA_TOOL_OPTIONS: -Xa' >&2\n"
        "printf 'Error occurred during initialization of VM\nToo small heap\n' >&2; exit 1\n"
    )
    assert "(Error occurred during initialization of VM Too small heap)" in java_finding().found
    java.write_text("#!/bin/sh\necho 'Unrecognized option: -Xnonsense' >&2; exit 1\n")
    assert "does not run (Unrecognized option: -Xnonsense)" in java_finding().found


@pytest.mark.parametrize(
    ("text", "version"), [("1.8.0_392", 8), ("17.0.15", 17), ("21", 21), ("25-ea", 25)]
)
def test_the_version_of_java(text, version):
    assert parse_version(f'openjdk version "{text}" 2025-04-15') == version


def test_host_name_locale_and_account(tmp_path):
    def fail(name, port):
        raise OSError("Name or service not known")

    assert check_host_name(True, "a.invalid", fail).ok  # the loopback address serves
    assert "/etc/hosts" in check_host_name(False, "a.invalid", fail).advice
    assert "none" in check_locale({}).found
    assert "xx_YY; Java" in check_locale({"LC_ALL": "", "LANG": "xx_YY"}).found
    told = check_account({"USER": "uid3999999999", "HOME": "/t"}, 3_999_999_999)
    assert told.ok
    assert "no entry in /etc/passwd" in told.found


def test_settings_of_hadoop_that_are_not_xml(tmp_path):
    (tmp_path / "core-site.xml").write_text("<configuration/>")
    variables = {"HADOOP_CONF_DIR": str(tmp_path)}
    assert check_variables(variables, "local")[0].ok
    (tmp_path / "core-site.xml").write_text("<configuration>")
    assert "core-site.xml is not XML" in check_variables(variables, "local")[0].found
