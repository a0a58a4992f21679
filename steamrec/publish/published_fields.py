"""What exports/latest.json and a run's _run.json must hold: names, types and places.

Nothing in these files is trusted before it was checked here. A run's folders follow from its date
and id alone, so a workspace may be copied, moved or renamed.
"""

import math
import re
from datetime import date as day
from typing import Any

from steamrec.errors import RunError, UsageError

RUN_ID = re.compile(r"\d{8}T\d{6}Z-[0-9a-f]{6}", re.ASCII)
DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
# The keys of the pointer, and of `previous` in a run's record.
PUBLISHED = ("date", "run_id", "path", "serving", "rows", "users", "model", "content_hash")
TEXTS = ("date", "run_id", "path", "model", "content_hash")
COUNTS = ("rows", "users")


def run_folder(date: str, run_id: str) -> str:
    """The folder of the run's lists; raises UsageError for what could lead elsewhere."""
    return f"exports/{_night(date, run_id)}"


def serving_name(date: str, run_id: str) -> str:
    """The folder of the run's serving set; raises UsageError for what could lead elsewhere."""
    return f"serving/{_night(date, run_id)}"


def _night(date: str, run_id: str) -> str:
    try:
        valid = DATE.fullmatch(date) and RUN_ID.fullmatch(run_id) and day.fromisoformat(date)
    except (ValueError, TypeError):
        valid = None
    if not valid:
        raise UsageError(f"Invalid date or run id: {date!r}, {run_id!r}.")
    return f"dt={date}/run={run_id}"


def lists_folder(run: dict[str, Any]) -> str:
    """The folder of the lists of a checked run."""
    return run_folder(run["date"], run["run_id"])


def serving_folder(run: dict[str, Any]) -> str | None:
    """The folder of the serving set of a checked run; None for a run of layout 1."""
    found: str | None = run["serving"]
    return found


def checked_run(found: Any, name: str) -> dict[str, Any]:
    """The keys PUBLISHED of `found`, the content of file `name`.

    A path is made relative to the workspace. Raises RunError that names the file and the fault.
    """

    def damaged(what: str) -> RunError:
        return RunError(f"{name} is damaged ({what}).")

    if not isinstance(found, dict):
        raise damaged("it is not a JSON object")
    for key in TEXTS:
        if not isinstance(found.get(key), str) or not found[key]:
            raise damaged(f"{key} is {found.get(key)!r}, and text is expected")
    for key in COUNTS:
        if type(found.get(key)) is not int or found[key] < 0:
            raise damaged(f"{key} is {found.get(key)!r}, and a count is expected")
    try:
        folder = run_folder(found["date"], found["run_id"])
        serving = serving_name(found["date"], found["run_id"])
    except UsageError:
        raise damaged("it does not name a run") from None
    # Layout 1 wrote the absolute path; only its end says which run is meant.
    if found["path"] != folder and not found["path"].endswith(f"/{folder}"):
        raise damaged(f"path is {found['path']!r}, and {folder} is expected")
    if found.get("serving") not in (None, serving):
        raise damaged(f"serving is {found['serving']!r}, and {serving} is expected")
    kept = {key: found.get(key) for key in PUBLISHED}
    return kept | {"path": folder}


def checked_record(found: Any, name: str) -> dict[str, Any]:
    """A run's record: the keys PUBLISHED, ndcg (float or None) and previous (a run or None).

    Raises RunError that names the file and the fault.
    """
    record = checked_run(found, name)
    for key in ("ndcg", "previous"):
        if key not in found:
            raise RunError(f"{name} is damaged ({key} is missing).")
    ndcg, previous = found["ndcg"], found["previous"]
    if ndcg is not None and not is_fraction(ndcg):
        raise RunError(f"{name} is damaged (ndcg is {ndcg!r}, and 0 to 1 is expected).")
    if previous is not None:
        previous = checked_run(previous, f"{name}, 'previous',")
    return record | {"ndcg": ndcg, "previous": previous}


def is_fraction(value: Any) -> bool:
    """Whether `value` is a finite number from 0 to 1."""
    return type(value) in (int, float) and math.isfinite(value) and 0 <= value <= 1
