"""Java, and the variables that Spark and Hadoop read."""

import shlex
from collections.abc import Mapping
from pathlib import Path
from xml.etree import ElementTree

from steamrec.doctor.finding import Finding
from steamrec.errors import UsageError
from steamrec.spark.environment import spark_version
from steamrec.spark.java import check_java


def java_finding() -> Finding:
    """Whether there is a Java that runs and that Spark runs on."""
    try:
        return Finding("Java", check_java())
    except UsageError as error:
        found, _, advice = str(error).rpartition("; ")
        return Finding("Java", found, advice)


def check_variables(variables: Mapping[str, str], master: str) -> list[Finding]:
    """The variables of Spark and Hadoop that are set, each with what is wrong with it."""
    findings = []
    for name in ("SPARK_CONF_DIR", "HADOOP_CONF_DIR", "YARN_CONF_DIR"):
        if folder := variables.get(name):
            wrong = _wrong_folder(Path(folder))
            found = f"{folder}{wrong}"
            findings.append(Finding(name, found, f"unset {name}, or correct it." * bool(wrong)))
    if master == "yarn" and not {"HADOOP_CONF_DIR", "YARN_CONF_DIR"} & variables.keys():
        advice = "set HADOOP_CONF_DIR to the folder with the cluster's settings."
        findings.append(Finding("HADOOP_CONF_DIR", "not set, and --master is yarn", advice))
    if home := variables.get("SPARK_HOME"):
        version = spark_version(Path(home)) or "no Spark"
        findings.append(Finding("SPARK_HOME", f"{home} ({version}; another version is not used)"))
    if arguments := variables.get("PYSPARK_SUBMIT_ARGS"):
        findings.append(_submit_arguments(arguments))
    return findings


def _wrong_folder(folder: Path) -> str:
    """What is wrong with a folder of settings; empty when nothing is."""
    if not folder.is_dir():
        return " is not a folder"
    try:
        for path in sorted(folder.glob("*-site.xml")):
            with path.open("rb") as file:
                ElementTree.parse(file)
        for path in folder.glob("spark-defaults.conf"):
            path.read_bytes()
    except ElementTree.ParseError as error:
        return f"/{path.name} is not XML ({error})"
    except OSError as error:
        return f" cannot be read ({error.strerror})"
    return ""


def _submit_arguments(text: str) -> Finding:
    try:
        shlex.split(text)
    except ValueError as error:
        return Finding("PYSPARK_SUBMIT_ARGS", f"{text} ({error})", "correct or unset it.")
    return Finding("PYSPARK_SUBMIT_ARGS", text)
