"""Reading what a run was published with: its lists and its serving set, and nothing else.

The pointer is read once. What it names stays as it is while later nights run, so an answer never
mixes two nights. steamrec.publish.serving_set writes the set and says what is in it.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from steamrec.data.tables import Table
from steamrec.errors import RunError, UsageError
from steamrec.publish.pointer import latest
from steamrec.workspace import Workspace
from steamrec.workspace.file_systems import file_system

ABOUT = "serving.json"
VERSION = 1
# Tables that are small enough to be checked byte by byte whenever they are read.
HASHED = ("items", "users")


@dataclass(frozen=True)
class ServingSet:
    """A published run: `run` is what the pointer says, `about` what serving.json says.

    `files` is the serving set as a workspace of its own, with the tables' and models' names.
    """

    workspace: Workspace
    run: dict[str, Any]
    about: dict[str, Any]
    files: Workspace

    @property
    def excluded(self) -> set[str]:
        """The item_ids that no list may hold."""
        return set(self.about["excluded"])

    @property
    def model(self) -> dict[str, Any] | None:
        """name, items, content_hash and files of the model with item-item weights."""
        found: dict[str, Any] | None = self.about["model"]
        return found

    def lists(self, columns: list[str], filters: list[Any] | None = None) -> list[dict[str, Any]]:
        """The rows of the published lists that pass `filters`; raises RunError when damaged."""
        check_files(self.workspace, self.run["path"], self.about["lists"])
        return read_rows(self.workspace.path(self.run["path"]), columns, filters)

    def has(self, table: Table) -> bool:
        """Whether the set has the table."""
        return table.name in self.about["tables"]

    def rows(
        self, table: Table, columns: list[str], filters: list[Any] | None = None
    ) -> list[dict[str, Any]]:
        """The rows of a table that pass pyarrow's `filters`; raises RunError when damaged."""
        about = self.about["tables"][table.name]
        check_files(self.files, table.name, about["files"])
        if "sha256" in about:
            found = digest_of_files(self.files, table.name, about["files"])
            if found != about["sha256"]:
                raise damaged(self.files.path(table.name), "its files are of another run")
        return read_rows(self.files.path(table.name), columns, filters)


def open_serving_set(root: str) -> ServingSet:
    """The run that readers see; raises UsageError when nothing is published.

    Raises RunError when the pointer or the serving set is damaged or gone.
    """
    workspace = Workspace(root)
    run = latest(workspace)
    if run["serving"] is None:
        raise UsageError(
            f"The run {run['run_id']} of {run['date']} was published by an older steamrec, without "
            "a serving set; publish again with `steamrec nightly`."
        )
    files = Workspace(workspace.path(run["serving"]))
    try:
        about = files.read_json(ABOUT)
    except FileNotFoundError:
        raise damaged(files.path(ABOUT), "it is gone") from None
    _check(about, files.path(ABOUT))
    return ServingSet(workspace, run, about, files)


def _check(about: Any, name: str) -> None:
    try:
        sound = about["version"] == VERSION and isinstance(about["excluded"], list)
        model = about["model"]
        parts = (*about["tables"].values(), *((model,) if model else ()))
        for files in (about["lists"], *(part["files"] for part in parts)):
            sound = sound and all(type(size) is int for size in files.values())
        items = about["tables"]["items"]["rows"]
    except (KeyError, TypeError, AttributeError):
        raise damaged(name, "its content is not a serving set") from None
    if not sound:
        raise damaged(name, "its content is not a serving set of this version")
    if model and model["items"] != items:
        raise damaged(name, "its model does not fit its items")


def damaged(name: str, what: str) -> RunError:
    """The error for a file of a published run; `what` is wrong with it."""
    return RunError(
        f"{name} is damaged ({what}); publish again with `steamrec export --fresh`, or go back "
        "with `steamrec rollback`."
    )


def check_files(files: Workspace, folder: str, sizes: dict[str, int]) -> None:
    """Raise RunError unless the folder has just these files with these bytes."""
    found = set(files.list(folder))
    for name, size in sizes.items():
        if name not in found:
            raise damaged(files.path(f"{folder}/{name}"), "it is gone")
        if files.size(f"{folder}/{name}") != size:
            raise damaged(files.path(f"{folder}/{name}"), f"it does not have {size:,} bytes")
    strange = {name for name in found - set(sizes) if not name.startswith((".", "_"))}
    if strange:
        raise damaged(files.path(f"{folder}/{min(strange)}"), "it is not of this run")


def digest_of_files(files: Workspace, folder: str, names: Iterable[str]) -> str:
    """A sha256 (hex) over the files of a folder, in order of their names."""
    hashed = hashlib.sha256()
    for name in sorted(names):
        hashed.update(files.read_bytes(f"{folder}/{name}"))
    return hashed.hexdigest()


def read_rows(path: str, columns: list[str], filters: list[Any] | None) -> list[dict[str, Any]]:
    """Rows of the Parquet folder `path`; raises RunError when a file of it is damaged or gone."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        files, name = file_system(path)
        found = pq.read_table(
            name, columns=columns, filters=filters, partitioning=None, filesystem=files
        )
    except FileNotFoundError:
        raise damaged(path, "it is gone") from None
    except (pa.ArrowException, OSError) as error:
        raise damaged(path, str(error).splitlines()[0]) from None
    rows: list[dict[str, Any]] = found.to_pylist()
    return rows
