"""As which artifact a model is published: refitted on all pairs where the night has that."""

from steamrec.models.registry import refit_name
from steamrec.scoring.artifact import folder
from steamrec.workspace import Workspace
from steamrec.workspace.receipts import load_receipt

FALLBACK = "popularity"  # for users whom the exported model does not serve


def published_artifact(workspace: Workspace, model: str) -> str:
    """The name of the artifact that the lists of `model` are made with."""
    receipt = load_receipt(workspace, "refit")
    again = refit_name(model)
    return again if receipt and folder(again) in receipt.outputs else model
