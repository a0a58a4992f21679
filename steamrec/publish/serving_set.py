"""A run's serving set: all that `recommend` reads beside the lists, as the run was made from it.

serving/dt=<date>/run=<run id>/
  serving.json                    what is there: see `write_serving_set`
  items, users, interactions, cold_users, item_metadata     the workspace's tables of that night
  models/<name>/                  a model with item-item weights, where the night has one

The files are hard links on a local disk: stages replace files and never write in place, so a later
night leaves them alone. `steamrec.serving` reads the set.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from steamrec.data import tables
from steamrec.data.tables import Table
from steamrec.errors import RunError
from steamrec.models.ease.sparse_arrays import VALUES
from steamrec.publish.exported_artifact import published_artifact
from steamrec.scoring.artifact import check_vocabulary, folder
from steamrec.serving.serving_set import ABOUT, HASHED, VERSION, digest_of_files
from steamrec.spark.content_hash import content_hash
from steamrec.workspace import Workspace

if TYPE_CHECKING:
    from steamrec.data.context import Context

SERVED = (tables.ITEMS, tables.USERS, tables.INTERACTIONS, tables.COLD_USERS)
WEIGHTS = {"weights", VALUES}  # the arrays of dense and of sparse weights


def write_serving_set(
    context: "Context", name: str, lists: Table, models: Sequence[str], excluded: Sequence[str]
) -> str:
    """Write the serving set of the run `lists` into folder `name`; returns a hash of its content.

    `models` are the night's models; the first with item-item weights, ease before others, is
    served. `excluded` are the item_ids that no list may hold. serving.json comes last: lists has
    the bytes of each file of the lists; tables maps a table to its rows, content_hash, files (the
    bytes of each) and, where it is small, sha256 of the files; model is null or has name, items,
    content_hash and files.
    """
    workspace = context.workspace
    workspace.remove(name)
    served = [*SERVED, *((tables.ITEM_METADATA,) if context.settings.input.items_path else ())]
    about: dict[str, Any] = {
        "version": VERSION,
        "lists": file_sizes(workspace, lists.name),
        "tables": {table.name: _table(context, name, table) for table in served},
        "model": link_model(workspace, name, models),
        "excluded": sorted(excluded),
    }
    model, items = about["model"], about["tables"]["items"]["rows"]
    if model and model["items"] != items:
        raise RunError(
            f"The model {model['name']} knows {model['items']:,} items and the catalogue has "
            f"{items:,}; `steamrec train --fresh` fits it again."
        )
    workspace.write_json(f"{name}/{ABOUT}", about)
    hashes = [about["tables"][table.name]["content_hash"] for table in served]
    return "-".join([*hashes, model["content_hash"] if model else ""])


def _table(context: "Context", name: str, table: Table) -> dict[str, Any]:
    rows, hashed = content_hash(context.read(table), table.hashed)
    files = link_files(context.workspace, table.name, f"{name}/{table.name}")
    about = {"rows": rows, "content_hash": hashed, "files": files}
    if table.name in HASHED:
        about["sha256"] = digest_of_files(context.workspace, f"{name}/{table.name}", files)
    return about


def link_model(workspace: Workspace, name: str, models: Sequence[str]) -> dict[str, Any] | None:
    """Link the first of `models` with item-item weights; returns what serving.json says of it.

    Raises RunError when that one was fitted on other users or items than the tables have.
    """
    for model in sorted(models, key=lambda model: model != "ease"):
        artifact = published_artifact(workspace, model)
        source = folder(artifact)
        about = workspace.read_json(f"{source}/model.json")
        if WEIGHTS & set(about["arrays"]):
            check_vocabulary(workspace, artifact, about)
            files = link_files(workspace, source, f"{name}/{folder(model)}")
            kept = {"name": model, "items": about["items"], "content_hash": about["content_hash"]}
            return kept | {"files": files}
    return None


def link_files(workspace: Workspace, source: str, target: str) -> dict[str, int]:
    """Link the files of a folder; returns the bytes of each."""
    for file in file_sizes(workspace, source):
        workspace.link(f"{source}/{file}", f"{target}/{file}")
    return file_sizes(workspace, target)


def file_sizes(workspace: Workspace, folder: str) -> dict[str, int]:
    """The bytes of each file of a folder, without markers and checksums."""
    files = [name for name in workspace.list(folder) if not name.startswith((".", "_"))]
    return {file: workspace.size(f"{folder}/{file}") for file in files}
