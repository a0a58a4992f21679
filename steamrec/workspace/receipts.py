"""Receipts: what a finished stage read, depended on, wrote and took."""

import hashlib
import json
from dataclasses import asdict, dataclass, field
from typing import Any

from steamrec.errors import RunError
from steamrec.workspace.file_sums import FileSums
from steamrec.workspace.storage import Workspace


@dataclass(frozen=True)
class Basis:
    """All that a stage's output depends on.

    inputs: the content hash of each stage that it reads; settings: the values by their full
    names; external: a fingerprint of each input from outside of the workspace; code: a hash per
    module; libraries: a version per library.
    """

    inputs: dict[str, str] = field(default_factory=dict)
    settings: dict[str, Any] = field(default_factory=dict)
    external: dict[str, str] = field(default_factory=dict)
    code: dict[str, str] = field(default_factory=dict)
    libraries: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Receipt:
    """One stage's receipt.

    `outputs` maps an output to its content hash, and to its rows if it is a table; `files` maps
    it to the sums of its files; `counts` are the stage's own figures.
    """

    stage: str
    basis: Basis
    outputs: dict[str, dict[str, Any]]
    files: dict[str, FileSums]
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
    """The stage's receipt, or None when there is none or it cannot be read.

    A damaged receipt proves nothing, and neither does one of an older release: the stage runs
    again.
    """
    try:
        found = workspace.read_json(receipt_name(stage))
        receipt = Receipt(**{**found, "basis": Basis(**found["basis"])})
        sound = all("content_hash" in output for output in receipt.outputs.values())
        return receipt if sound and receipt.stage == stage else None
    except (FileNotFoundError, RunError, TypeError, KeyError, AttributeError):
        return None


def output_hash(workspace: Workspace, stage: str, output: str) -> str:
    """The content hash of one output of a finished stage; empty when there is no receipt."""
    receipt = load_receipt(workspace, stage)
    return str(receipt.outputs.get(output, {}).get("content_hash", "")) if receipt else ""


def digest(value: Any) -> str:
    """A short stable hash of a JSON value (hex)."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
