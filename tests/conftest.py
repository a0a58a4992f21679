"""What all tests share: one real Spark session and contexts on empty workspaces."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from steamrec.data.context import Context
from steamrec.models.settings import load_settings
from steamrec.workspace import Workspace

pytest_plugins = ["tests.support.stores"]

TESTS = Path(__file__).parent

os.environ["STEAMREC_DEBUG"] = "1"
# All JVMs of the tests: they run for seconds, so they had better start fast than run fast.
os.environ["SPARK_SUBMIT_OPTS"] = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"


# Longest first, so that both test processes end at about the same time.
LONG = ("cluster", "faults", "night", "training")


# What --quick leaves out: tests that start Spark, and folders and files whose tests import
# TensorFlow or run whole commands.
SPARK = {"spark", "published_night", "real_data"}
SLOW = (
    *("cluster", "faults", "night", "training", "tuning", "models/ncf", "models/ranker"),
    *("cli/test_machines.py", "cli/test_progress.py", "doctor/test_checks.py"),
    *("report/test_in_chromium.py", "report/test_page.py"),  # each draws all pictures
)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--quick", action="store_true", help="leave out what needs Spark or networks")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    if not config.getoption("--quick"):
        return None
    inside = collection_path.relative_to(TESTS) if collection_path.is_relative_to(TESTS) else Path()
    return True if inside.as_posix() in SLOW else None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--quick"):
        slow = [item for item in items if SPARK & set(getattr(item, "fixturenames", ()))]
        config.hook.pytest_deselected(items=slow)
        left_out = set(slow)
        items[:] = [item for item in items if item not in left_out]

    def place(item: pytest.Item) -> int:
        folder = item.path.relative_to(TESTS).parts[0]
        return LONG.index(folder) if folder in LONG else len(LONG)

    items.sort(key=place)


@pytest.fixture(scope="session")
def spark() -> Iterator[SparkSession]:
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    from steamrec.spark import session

    # The tests have more query plans than the 100 that Spark keeps compiled.
    # Two partitions, as tables do not depend on them; whole nights have as many as the data needs.
    session.LOCAL |= {
        "spark.driver.memory": "2g",
        "spark.sql.codegen.cache.maxEntries": "5000",
        "spark.sql.shuffle.partitions": "2",
    }
    opened = session.open_session("local[2]")
    yield opened
    opened.stop()


@pytest.fixture
def make_context(spark: SparkSession, tmp_path: Path) -> Callable[..., Context]:
    """A function that makes a context on a workspace of its own from --set overrides."""

    def make(*overrides: str, folder: str = "workspace") -> Context:
        return Context(
            load_settings(None, overrides),
            Workspace(str(tmp_path / folder)),
            master="local[2]",
            date="2026-01-31",
        )

    return make


@pytest.fixture(scope="session")
def published_night(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The raw file and the workspace of a small published night, for all test processes."""
    from tests.support.nights import make_published_night

    base = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        base = base.parent
    return make_published_night(base / "published")


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder with the real Steam files, named by STEAMREC_DATA; or a skip."""
    folder = os.environ.get("STEAMREC_DATA", "")
    if not folder or not (Path(folder) / "australian_users_items.json.gz").is_file():
        pytest.skip("STEAMREC_DATA names no folder with australian_users_items.json.gz")
    return Path(folder)
