"""What a checkpoint's key depends on."""

import importlib
import sys

import pytest

from steamrec.data.context import Context
from steamrec.settings import Settings
from steamrec.training.checkpoint_key import checkpoint_key, code_hash
from steamrec.workspace import Receipt, Workspace
from steamrec.workspace.receipts import Basis


def save_receipt(workspace, stage, content):
    Receipt(stage, Basis(), {"table": {"content_hash": content}}, {}).save(workspace)


@pytest.mark.parametrize("stage", ["prepare", "split", "sample"])
def test_other_tables_give_another_key(tmp_path, stage):
    context = Context(Settings(), Workspace(str(tmp_path)))
    for name in ("prepare", "split", "sample"):
        save_receipt(context.workspace, name, "old")
    before = checkpoint_key(context, "gmf", [], {"epochs": 2})
    assert checkpoint_key(context, "gmf", [], {"epochs": 2}) == before
    assert checkpoint_key(context, "gmf", [], {"epochs": 3}) != before
    assert checkpoint_key(context, "mlp", [], {"epochs": 2}) != before
    save_receipt(context.workspace, stage, "new")
    assert checkpoint_key(context, "gmf", [], {"epochs": 2}) != before


def test_other_code_gives_another_hash(tmp_path, monkeypatch):
    package = tmp_path / "network_under_test"
    (package / "inner").mkdir(parents=True)
    (package / "__init__.py").touch()
    module = package / "inner" / "layers.py"
    monkeypatch.syspath_prepend(str(tmp_path))

    def hashed(text):
        module.write_text(text)
        code_hash.cache_clear()
        importlib.invalidate_caches()
        return code_hash("network_under_test")

    one, other = hashed("relu"), hashed("tanh")
    assert one != other
    assert one == hashed("relu")
    sys.modules.pop("network_under_test", None)


def test_a_single_module_is_code_too():
    assert code_hash("steamrec.models.als") != code_hash("steamrec.models.popularity")
