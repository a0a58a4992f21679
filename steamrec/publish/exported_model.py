"""Which model is exported, and as which artifact."""

from steamrec.data.context import Context
from steamrec.models.registry import refit_name
from steamrec.scoring.artifact import folder
from steamrec.workspace import Workspace
from steamrec.workspace.receipts import load_receipt

FALLBACK = "popularity"  # for users whom the exported model does not serve


def exported_model(context: Context) -> str:
    """The name of the model to export; "best" is what the evaluation chose on validation."""
    name = context.settings.export.model
    if name == "best":
        return str(context.workspace.read_json("metrics.json")["best"])
    return name


def published_artifact(workspace: Workspace, model: str) -> str:
    """The artifact that lists are made with: the refitted one where the night has it."""
    receipt = load_receipt(workspace, "refit")
    again = refit_name(model)
    return again if receipt and folder(again) in receipt.outputs else model
