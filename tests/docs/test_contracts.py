"""The examples of docs/contracts.md have the fields and types of what a small night writes."""

import json
import re

import pytest

from steamrec.publish.rejection import read_refusal
from steamrec.workspace import Workspace
from tests.docs.pages import ROOT, example

# Objects whose keys are names (of models, files, settings) and not fields.
MAPS = {
    "validation", "basis.inputs", "basis.settings", "basis.external", "basis.code",
    "basis.libraries", "outputs", "files", "counts", "lists", "tables", "tables.*.files",
}  # fmt: skip
FREE = {"basis.settings", "counts"}  # maps to values of any type
OPTIONAL = {"outputs.*.rows", "tables.*.sha256"}
NULLABLE = {"best", "model", "ndcg", "previous", "serving"}
NAMES = (
    "exports/latest.json", "_run.json", "metrics.json", "receipts/ingest.json", "serving.json",
    "layout.json",
)  # fmt: skip


def compare(shown, real, path=""):
    """Fail unless both have the same fields and types; lists are compared by their first entry."""
    if path in FREE:
        return
    if shown is None or real is None:
        assert path in NULLABLE or shown is real, f"{path}: {shown!r} in the docs, {real!r} here"
        return
    number = type(shown) in (int, float) and type(real) in (int, float)
    assert number or type(shown) is type(real), f"{path}: {shown!r} in the docs, {real!r} here"
    if isinstance(shown, list) and shown and real:
        compare(shown[0], real[0], f"{path}[]")
    elif isinstance(shown, dict) and path in MAPS | {"files.*"}:
        for value in real.values():
            compare(next(iter(shown.values()), value), value, f"{path}.*")
    elif isinstance(shown, dict):
        differing = {f"{path}.{key}".lstrip(".") for key in shown.keys() ^ real.keys()}
        assert differing <= OPTIONAL, f"{path}: {sorted(differing)}"
        for key in shown.keys() & real.keys():
            compare(shown[key], real[key], f"{path}.{key}".lstrip("."))


@pytest.mark.parametrize("name", NAMES)
def test_the_example_is_what_a_night_writes(name, published_night):
    workspace = published_night[1]
    latest = json.loads((workspace / "exports/latest.json").read_text())
    folders = {"_run.json": latest["path"], "serving.json": latest["serving"]}
    real = json.loads((workspace / folders.get(name, "") / name).read_text())
    compare(json.loads(example(name)), real)


def test_the_example_of_a_refused_run_is_read(tmp_path):
    workspace = Workspace(str(tmp_path))
    shown = json.loads(example("exports/refused.json"))
    workspace.write_json("exports/refused.json", shown)
    assert read_refusal(workspace) == shown


@pytest.mark.parametrize("name", [*NAMES, "exports/refused.json"])
def test_the_table_of_fields_lists_those_of_the_example(name):
    page = (ROOT / "docs/contracts.md").read_text(encoding="utf-8")
    title = name.replace("receipts/ingest", "receipts/<stage>")
    section = page.split(f"\n## `{title}`")[1].split("\n## ")[0]
    listed = re.findall(r"^\| `([^`]+)` \|", section, re.M)
    shown = json.loads(example(name))
    if name == "_run.json":
        pointer = list(json.loads(example("exports/latest.json")))
        listed += pointer[: pointer.index("content_hash") + 1]  # those of the run itself
    fields = {
        inner
        for key, value in shown.items()
        for inner in ([f"basis.{part}" for part in value] if key == "basis" else [key])
    }
    assert sorted(listed) == sorted(fields)
