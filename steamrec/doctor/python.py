"""The Python of the workers, and files that hide modules from it."""

import importlib.util
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from steamrec.doctor.finding import Finding

PACKAGES = (
    "numpy",
    "pandas",
    "pyarrow",
    "pyspark",
    "py4j",
    "fsspec",
    "scipy",
    "tensorflow",
    "keras",
    "petastorm",
)
ADVICE = "set it to the Python that runs steamrec, or unset it."
PROBE = """
import importlib.util, sys
missing = [name for name in ("numpy", "pyarrow", "pandas", "fsspec")
           if importlib.util.find_spec(name) is None]
print("%d.%d" % sys.version_info[:2], *missing)
"""


def check_own_python() -> Finding:
    """Whether the packages that steamrec needs are there for the Python that runs it."""
    missing = [name for name in PACKAGES if importlib.util.find_spec(name) is None]
    found = f"{sys.executable}, Python {sys.version_info[0]}.{sys.version_info[1]}"
    if missing:
        lacks = f"{found} has no {', '.join(missing)}"
        return Finding("Python", lacks, "install steamrec's packages again (scripts/setup.sh).")
    return Finding("Python", found)


def check_worker_python(variables: Mapping[str, str]) -> Finding:
    """Whether PYSPARK_PYTHON is a Python of this version that has the workers' packages."""
    wanted = f"{sys.version_info[0]}.{sys.version_info[1]}"
    given = variables.get("PYSPARK_PYTHON", sys.executable)
    if given == sys.executable:
        return Finding("Python of the workers", f"{given}, Python {wanted}")
    name = f"PYSPARK_PYTHON={given}"
    program = shutil.which(given, path=variables.get("PATH"))
    if program is None:
        return Finding("Python of the workers", f"{name} is not a program", ADVICE)
    try:
        answer = subprocess.run(
            [program, "-P", "-c", PROBE], capture_output=True, text=True, timeout=20, env=variables
        )
        if answer.returncode:  # -P is not known before Python 3.11
            answer = subprocess.run(
                [program, "-c", PROBE], capture_output=True, text=True, timeout=20, env=variables
            )
    except (OSError, subprocess.TimeoutExpired):
        return Finding("Python of the workers", f"{name} does not run", ADVICE)
    version, *missing = answer.stdout.split() or [""]
    if answer.returncode or not version:
        return Finding("Python of the workers", f"{name} is not a Python that runs", ADVICE)
    if version != wanted:
        found = f"{name} is Python {version}, and steamrec runs on Python {wanted}"
        return Finding("Python of the workers", found, ADVICE)
    if missing:
        return Finding("Python of the workers", f"{name} has no {', '.join(missing)}", ADVICE)
    return Finding("Python of the workers", f"{given}, Python {version}")


def check_python_path(path: str) -> Finding:
    """Whether no folder of PYTHONPATH hides one of Python's modules, or one that steamrec needs."""
    known = {*sys.stdlib_module_names, *PACKAGES}
    for folder in (Path(part) for part in path.split(":") if part):
        if not folder.is_dir() or folder.name == "site-packages":
            continue
        for entry in sorted(folder.iterdir()):
            module = entry.suffix == ".py" or (entry / "__init__.py").is_file()
            if module and entry.stem in known:
                return Finding(
                    "PYTHONPATH",
                    f"{entry} hides the module {entry.stem}",
                    f"rename it, or take {folder} out of PYTHONPATH.",
                )
    return Finding("PYTHONPATH", path or "not set")
