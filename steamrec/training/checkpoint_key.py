"""What a training depends on, as one hash: a checkpoint of anything else is never continued."""

from collections.abc import Sequence
from typing import Any

from steamrec.data.context import Context
from steamrec.workspace.code_hash import code_of
from steamrec.workspace.receipts import digest, load_receipt

STAGES = ("prepare", "split", "sample")


def checkpoint_key(context: Context, name: str, modules: Sequence[str], *parts: Any) -> str:
    """A hash over model `name`, the content of the tables, the code and `parts`.

    The code is that which `modules` reach, with its libraries; `parts` are JSON values: the
    settings, the seeds, the model that the training starts from.
    """
    receipts = [load_receipt(context.inputs, stage) for stage in STAGES]
    tables = [receipt.content_hash if receipt else "" for receipt in receipts]
    return digest([name, tables, *code_of(tuple(modules)), *parts])
