"""What a training depends on, as one hash: a checkpoint of anything else is never continued."""

import importlib.resources
import importlib.util
from collections.abc import Sequence
from functools import cache
from importlib.resources.abc import Traversable
from typing import Any

from steamrec.data.context import Context
from steamrec.workspace.receipts import digest, load_receipt

STAGES = ("prepare", "split", "sample")
SHARED_CODE = ("steamrec.training", "steamrec.scoring", "steamrec.data")


def checkpoint_key(context: Context, name: str, packages: Sequence[str], *parts: Any) -> str:
    """A hash over model `name`, the content of the tables, the code and `parts`.

    `packages` are those of the model's own code, beside SHARED_CODE; `parts` are JSON
    values: its settings, its seeds, the model that it starts from.
    """
    receipts = [load_receipt(context.inputs, stage) for stage in STAGES]
    tables = [receipt.content_hash if receipt else "" for receipt in receipts]
    return digest([name, tables, code_hash(*SHARED_CODE, *packages), *parts])


@cache
def code_hash(*packages: str) -> str:
    """A hash over the source files of `packages` and the versions of what they compute with."""
    import numpy
    import tensorflow

    sources = {
        f"{package}/{path}": text
        for package in packages
        for path, text in _sources(package).items()
    }
    return digest([numpy.__version__, tensorflow.__version__, sources])


def _sources(package: str) -> dict[str, str]:
    found = importlib.util.find_spec(package)
    if found is not None and found.submodule_search_locations is None:  # a module
        parent, _, module = package.rpartition(".")
        return {module: (importlib.resources.files(parent) / f"{module}.py").read_text("utf-8")}
    return dict(_walk(importlib.resources.files(package), ""))


def _walk(folder: Traversable, prefix: str) -> list[tuple[str, str]]:
    files = []
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if entry.is_dir():
            files += _walk(entry, f"{prefix}{entry.name}/")
        elif entry.name.endswith(".py"):
            files.append((f"{prefix}{entry.name}", entry.read_text("utf-8")))
    return files
