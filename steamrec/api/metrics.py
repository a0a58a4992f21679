"""metrics.json as a data frame."""

from typing import TYPE_CHECKING, Any

from steamrec.errors import RunError
from steamrec.workspace import Workspace

if TYPE_CHECKING:
    import pandas as pd

FILE = "metrics.json"
COLUMNS = ["model", "protocol", "metric", "k", "value", "ci95_low", "ci95_high"]


def read_metrics(workspace: Workspace) -> dict[str, Any] | None:
    """The content of metrics.json; None when nothing was evaluated yet.

    Raises RunError when the file is damaged.
    """
    try:
        found = workspace.read_json(FILE)
    except FileNotFoundError:
        return None
    try:
        for row in found["results"]:
            low, high = row["ci95"]
            sound = all(isinstance(row[name], str) for name in ("model", "protocol", "metric"))
            if not sound or not all(isinstance(x, int | float) for x in (row["value"], low, high)):
                raise TypeError
    except (KeyError, TypeError, ValueError):
        raise RunError(
            f"{workspace.path(FILE)} is damaged (its content is not metrics); run `steamrec "
            "evaluate --fresh`."
        ) from None
    figures: dict[str, Any] = found
    return figures


def metrics_frame(figures: dict[str, Any]) -> "pd.DataFrame":
    """The results as one row per model, protocol, metric and k, with their 95 % intervals.

    `attrs` holds users, items and best (the model with the best validation metric).
    """
    import pandas as pd

    rows = []
    for row in figures["results"]:
        low, high = row["ci95"]
        rows.append({**row, "ci95_low": low, "ci95_high": high})
    frame = pd.DataFrame(rows, columns=COLUMNS)
    frame.attrs = {name: figures[name] for name in ("users", "items", "best") if name in figures}
    return frame
