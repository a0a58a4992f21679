"""Running the ingest stage on bytes."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from steamrec.data.context import Context
from steamrec.data.tables import LIBRARIES, QUARANTINE
from steamrec.models.settings import load_settings
from steamrec.pipeline.declarations import INGEST
from steamrec.pipeline.runner import run_stage
from steamrec.workspace import Receipt, Workspace

Contexts = Callable[..., Context]


@dataclass
class Ingested:
    """What a run of the stage left: the tables' rows, libraries in the order of the lines."""

    receipt: Receipt
    libraries: list[dict[str, Any]]
    quarantine: list[dict[str, Any]]

    @property
    def counts(self) -> dict[str, Any]:
        return self.receipt.counts


@pytest.fixture
def context(spark: Any, tmp_path: Path) -> Contexts:
    """Builds a Context for an input, with settings as `--set` takes them."""

    def build(path: Path | str, *overrides: str) -> Context:
        settings = load_settings(None, [f"input.path='{path}'", *overrides])
        built = Context(settings, Workspace(str(tmp_path / "workspace")), fresh=True)
        built.__dict__["spark"] = spark
        return built

    return build


@pytest.fixture
def ingest(context: Contexts) -> Callable[..., Ingested]:
    """Runs the stage on an input; any part of the lines may be quarantined by default."""

    def run(path: Path | str, *overrides: str) -> Ingested:
        built = context(path, "ingest.max_quarantined_fraction=1", *overrides)
        receipt = run_stage(INGEST, built)
        libraries = built.read(LIBRARIES).orderBy("file", "offset")
        return Ingested(
            receipt,
            [row.asDict(recursive=True) for row in libraries.toLocalIterator()],
            [row.asDict() for row in built.read(QUARANTINE).toLocalIterator()],
        )

    return run
