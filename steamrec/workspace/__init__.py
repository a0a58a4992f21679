"""The workspace: a folder or URI that holds a night's tables, models and receipts."""

from steamrec.workspace.receipts import Receipt
from steamrec.workspace.storage import Workspace

__all__ = ["Receipt", "Workspace"]
