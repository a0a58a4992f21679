"""The Java that Spark runs on."""

import os
import re
import shutil
import subprocess
from pathlib import Path

from steamrec.errors import UsageError

JAVA_VERSIONS = (17, 21)
WANTED = " or ".join(str(version) for version in JAVA_VERSIONS)
PATIENCE = 30  # seconds


def check_java() -> str:
    """The path and version of the Java that Spark will take.

    Raises UsageError when there is none, when it does not run, or when it has a version that
    Spark 4.0 does not run on.
    """
    java = _find()
    try:
        answer = subprocess.run(
            [java, "-version"], capture_output=True, text=True, errors="replace", timeout=PATIENCE
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise UsageError(f"{java} does not run ({error}); install Java {WANTED}.") from None
    if answer.returncode:
        lines = (answer.stderr or answer.stdout).strip().splitlines()
        said = [line.strip() for line in lines if not line.startswith("Picked up ")]
        why = " ".join(said[:2]) or f"exit code {answer.returncode}"
        options = "JAVA_TOOL_OPTIONS, JDK_JAVA_OPTIONS"
        why = " ".join(said[:2]) or f"exit code {answer.returncode}"
        raise UsageError(
            f"{java} does not run ({why}); "
            f"check {options} and the memory limit (ulimit -v), or install Java {WANTED}."
        )
    version = parse_version(answer.stderr + answer.stdout)
    if version not in JAVA_VERSIONS:
        raise UsageError(
            f"{java} is Java {version or 'of an unknown version'}, and Spark needs Java {WANTED}; "
            "install it and set JAVA_HOME."
        )
    return f"{java}, Java {version}"


def parse_version(text: str) -> int | None:
    """The feature version in what `java -version` prints; "1.8.0_392" is Java 8."""
    found = re.search(r'version "(?:1\.(?=\d))?(\d+)', text)
    return int(found.group(1)) if found else None


def _find() -> str:
    home = os.environ.get("JAVA_HOME")
    java = shutil.which("java", path=str(Path(home) / "bin") if home else None)
    if java is None:
        where = f"under JAVA_HOME={home}" if home else "on the PATH"
        raise UsageError(f"There is no Java {where}; install Java {WANTED} and try again.")
    return java
