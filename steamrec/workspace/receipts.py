"""Receipts: what a finished stage read, used, wrote and took.

A stage whose receipt still matches is not run again.
"""

import hashlib
import json
from dataclasses import asdict, dataclass, field
from typing import Any

from steamrec.errors import RunError
from steamrec.workspace.storage import Workspace


@dataclass(frozen=True)
class Receipt:
    """One stage's receipt.

    `fingerprint` covers the inputs' hashes, the settings used and the stage's version;
    `outputs` maps a table to its rows and content hash; `counts` are the stage's own figures.
    """

    stage: str
    fingerprint: str
    settings: dict[str, Any]
    inputs: dict[str, str]
    outputs: dict[str, dict[str, Any]]
    counts: dict[str, Any] = field(default_factory=dict)
    seconds: float = 0.0
    finished: str = ""

    @property
    def content_hash(self) -> str:
        """One hash over all outputs."""
        return digest({name: output["content_hash"] for name, output in self.outputs.items()})

    def save(self, workspace: Workspace) -> None:
        """Write the receipt in one step."""
        workspace.write_json(receipt_name(self.stage), asdict(self))


def receipt_name(stage: str) -> str:
    """The file of a stage's receipt in the workspace."""
    return f"receipts/{stage}.json"


def load_receipt(workspace: Workspace, stage: str) -> Receipt | None:
    """The stage's receipt, or None when there is none or it cannot be read."""
    if not workspace.exists(receipt_name(stage)):
        return None
    try:
        return Receipt(**workspace.read_json(receipt_name(stage)))
    except (RunError, TypeError):
        return None  # a damaged receipt proves nothing: the stage runs again


def digest(value: Any) -> str:
    """A short stable hash of a JSON value (hex)."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
