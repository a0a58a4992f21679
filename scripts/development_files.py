"""Print what an environment for executors can do without, as patterns for venv-pack --exclude.

That is every distribution that steamrec does not need to run, and what no executor reads of the
others: Spark's jars (each node has them from Spark itself) and headers for compilers.
"""

import re
import sys
import tomllib
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement

UNREAD = ("pyspark/jars/*", "pyspark/examples/*", "tensorflow/include/*", "pyarrow/include/*")
# What runs at the start of the interpreter, or is asked for without being required.
KEPT = {"pip", "setuptools"}


def needed(name: str, extras: tuple[str, ...] = ()) -> set[str]:
    """The distributions that `name` requires to run, itself among them, by normalized name."""
    found: set[str] = set()
    waiting = [(name, extras)]
    while waiting:
        name, extras = waiting.pop()
        key = normalized(name)
        if key in found and not extras:
            continue
        found.add(key)
        try:
            required = metadata.requires(name) or []
        except metadata.PackageNotFoundError:
            continue
        for requirement in map(Requirement, required):
            marker = requirement.marker
            if marker is None or any(marker.evaluate({"extra": extra}) for extra in ("", *extras)):
                waiting.append((requirement.name, tuple(requirement.extras)))
    return found


def normalized(name: str) -> str:
    """The name of a distribution as package indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def main() -> None:
    """Print one pattern a line, relative to the environment."""
    project = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text())["project"]
    kept = KEPT.copy()
    for requirement in map(Requirement, project["dependencies"]):
        kept |= needed(requirement.name, tuple(requirement.extras))
    prefix = Path(sys.prefix).resolve()
    ours, others = set[str](), set[str]()
    for distribution in metadata.distributions():
        tops = ours if normalized(distribution.metadata["Name"]) in kept else others
        for file in distribution.files or ():
            path = Path(str(distribution.locate_file(file))).resolve()
            if path.is_relative_to(prefix):
                inner = path.relative_to(prefix).parts
                tops.add("/".join(inner[:4] if inner[0] == "lib" else inner[:2]))
    for top in sorted(others - ours):
        print(top)
        print(f"{top}/*")
    packages = f"lib/python{sys.version_info[0]}.{sys.version_info[1]}/site-packages"
    for pattern in UNREAD:
        print(f"{packages}/{pattern}")


if __name__ == "__main__":
    main()
