"""Small runs to publish without Spark, and the seven invariants of publishing as checks."""

import json
from typing import Any

from steamrec.errors import RunError
from steamrec.publish.new_run import NewRun
from steamrec.publish.pointer import POINTER, load_pointer
from steamrec.publish.runs import read_record, run_name
from steamrec.serving.serving_set import ABOUT, check_files, open_serving_set
from steamrec.workspace import Workspace
from tests.support.stored_files import Files

PART = "part-0.parquet"


def write_run(workspace: Workspace, run: NewRun, content: str) -> dict[str, Any]:
    """Write a run whose lists and serving set hold `content`; returns its record to be."""
    text = content.encode()
    workspace.write_bytes(f"{run.table.name}/{PART}", text)
    workspace.write_bytes(f"{run.table.name}/_SUCCESS", b"")
    workspace.write_bytes(f"{run.serving}/items/{PART}", text)
    about = {
        "version": 1, "model": None, "excluded": [], "lists": {PART: len(text)},
        "tables": {"items": {"rows": 1, "files": {PART: len(text)}}},
    }  # fmt: skip
    workspace.write_json(f"{run.serving}/{ABOUT}", about)
    return {
        "date": run.date, "run_id": run.run_id, "path": run.table.name, "serving": run.serving,
        "rows": len(text), "users": 1, "model": "ease", "content_hash": content, "ndcg": 0.5,
        "refitted": False, "serving_hash": content, "excluded_hash": "", "formats": [],
        "formulas_neutralized": False, "gates": [], "short_lists": 0,
    }  # fmt: skip


def read_as_reader(workspace: Workspace) -> tuple[str, str]:
    """(run id, content) as a reader sees it: the pointer, then the lists and the serving set.

    The content of both is the same, or it is an AssertionError: a mixture.
    """
    served = open_serving_set(workspace.root)
    check_files(workspace, served.run["path"], served.about["lists"])
    check_files(served.files, "items", served.about["tables"]["items"]["files"])
    lists = workspace.read_bytes(f"{served.run['path']}/{PART}")
    assert served.files.read_bytes(f"items/{PART}") == lists, "a reader saw two runs"
    assert served.run["content_hash"] == lists.decode(), "a reader saw another run"
    return served.run["run_id"], lists.decode()


def whole_run(files: Files, base: str, run: dict[str, Any]) -> bool:
    """Whether the store holds all of the run: lists, serving set and record."""
    content, name = run["content_hash"].encode(), run_name(run)
    lists, serving = f"{base}/exports/{name}", f"{base}/serving/{name}"
    try:
        record = json.loads(files[f"{lists}/_run.json"])
        json.loads(files[f"{serving}/{ABOUT}"])
    except (KeyError, ValueError):
        return False
    return (
        record["run_id"] == run["run_id"]
        and f"{lists}/_SUCCESS" in files
        and files.get(f"{lists}/{PART}") == files.get(f"{serving}/items/{PART}") == content
    )


def protected(files: Files, base: str) -> set[str]:
    """The runs that must not be touched: the shown one and the one to go back to."""
    pointer = files.get(f"{base}/{POINTER}")
    if pointer is None:
        return set()
    shown = json.loads(pointer)
    names = {run_name(shown)}
    record = files.get(f"{base}/exports/{run_name(shown)}/_run.json")
    before = json.loads(record)["previous"] if record else None
    if before and run_name(before) not in shown["removed"]:
        names.add(run_name(before))
    return names


def check_removal(files: Files, base: str, path: str) -> None:
    """I7, just before `path` is removed."""
    for name in protected(files, base):
        assert f"/{name}/" not in path, f"I7: {path} of a shown run is removed"


def check_pointer(files: Files, base: str) -> str:
    """I1 and I3: the pointer parses and names a whole run; returns its id, "" before the first."""
    content = files.get(f"{base}/{POINTER}")
    if content is None:
        return ""
    run = json.loads(content)
    assert whole_run(files, base, run), f"I1: {run['run_id']} is shown and not whole"
    return str(run["run_id"])


def published_chain(workspace: Workspace) -> list[dict[str, Any]]:
    """The shown run and those published before it, newest first."""
    chain: list[dict[str, Any]] = []
    run = load_pointer(workspace).run
    while run is not None:
        try:
            record = read_record(workspace, run)
        except RunError:
            break  # an old one that was removed
        chain.append(record)
        run = record["previous"]
    return chain
