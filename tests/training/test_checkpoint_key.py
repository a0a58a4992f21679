"""What a checkpoint's key depends on."""

import pytest

from steamrec.data.context import Context
from steamrec.models.settings import load_settings
from steamrec.training.checkpoint_key import checkpoint_key
from steamrec.workspace import Receipt, Workspace
from steamrec.workspace.receipts import Basis


def save_receipt(workspace, stage, content):
    Receipt(stage, Basis(), {"table": {"content_hash": content}}, {}).save(workspace)


@pytest.mark.parametrize("stage", ["prepare", "split", "sample"])
def test_other_tables_give_another_key(tmp_path, stage):
    context = Context(load_settings(None), Workspace(str(tmp_path)))
    for name in ("prepare", "split", "sample"):
        save_receipt(context.workspace, name, "old")
    before = checkpoint_key(context, "gmf", [], {"epochs": 2})
    assert checkpoint_key(context, "gmf", [], {"epochs": 2}) == before
    assert checkpoint_key(context, "gmf", [], {"epochs": 3}) != before
    assert checkpoint_key(context, "mlp", [], {"epochs": 2}) != before
    save_receipt(context.workspace, stage, "new")
    assert checkpoint_key(context, "gmf", [], {"epochs": 2}) != before


def test_other_code_gives_another_key(tmp_path):
    context = Context(load_settings(None), Workspace(str(tmp_path)))
    one, other = (
        checkpoint_key(context, "als", [module])
        for module in ("steamrec.models.als", "steamrec.models.popularity")
    )
    assert one != other
