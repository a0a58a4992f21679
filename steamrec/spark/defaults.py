"""The spark-defaults.conf that applies to this process."""

import os
import re
from pathlib import Path

# The Spark and logging settings that go with the jobs.
CONF = Path(__file__).parents[1] / "conf"


def conf_folder() -> Path | None:
    """The folder with Spark's settings: SPARK_CONF_DIR, or the package's own.

    None where neither is a folder, as in a zip archive that spark-submit was given.
    """
    folder = os.environ.get("SPARK_CONF_DIR")
    if folder:
        return Path(folder)
    return CONF if CONF.is_dir() else None


def read_defaults() -> dict[str, str]:
    """The properties of spark-defaults.conf; empty when there is none."""
    folder = conf_folder()
    path = folder / "spark-defaults.conf" if folder else None
    if path is None or not path.is_file():
        return {}
    lines = [line.strip() for line in path.read_text("utf-8", "replace").splitlines()]
    pairs = [re.split(r"[\s=]+", line, maxsplit=1) for line in lines if line and line[0] != "#"]
    return {pair[0]: pair[1] for pair in pairs if len(pair) == 2}
