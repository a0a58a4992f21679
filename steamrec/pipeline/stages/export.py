"""Export: the top k for every user_id of the raw file, checked, then made visible."""

import logging
from typing import Any

from steamrec.data.context import Context
from steamrec.pipeline.stage import Outcome
from steamrec.publish.exported_artifact import published_artifact
from steamrec.publish.filters import excluded_items, item_ids
from steamrec.publish.formats import write_formats
from steamrec.publish.gates.candidate import Candidate
from steamrec.publish.gates.check import check_gates
from steamrec.publish.lists import everybodys_lists
from steamrec.publish.model_choice import exported_model, full_ndcg
from steamrec.publish.new_run import NewRun, new_run_id, start_run
from steamrec.publish.pointer import POINTER
from steamrec.publish.previous_run import run_to_compare
from steamrec.publish.publishing import publish_once
from steamrec.publish.rejection import refusal_recorded
from steamrec.publish.serving_set import write_serving_set
from steamrec.settings.recorder import unrecorded
from steamrec.workspace.receipts import digest

log = logging.getLogger(__name__)


def run(context: Context, models: tuple[str, ...]) -> Outcome:
    """Write a run's lists, pass them through the gates and point readers to them.

    Raises GateRefusedError, with the previous export still in place.
    """
    workspace, settings = context.workspace, context.settings.export
    with refusal_recorded(workspace, context.date, new_run_id(), settings.model):
        seen, previous = run_to_compare(context)
    new = start_run(context)  # after the pointer was read: pruning relies on this order
    choice = exported_model(context)
    if choice.why:
        log.info("export: %s stays the published model: %s", choice.model, choice.why)
    excluded = excluded_items(context)
    context.write(everybodys_lists(context, choice.model, excluded), new.table)
    ndcg = full_ndcg(context)
    candidate = Candidate(context, new.table, choice.model, ndcg, previous, seen.rolled_back)
    try:
        with refusal_recorded(workspace, new.date, new.run_id, choice.model):
            gates = check_gates(candidate)
        counts: dict[str, Any] = candidate.figures()
        rows, hashed = candidate.hashed
    finally:
        candidate.close()
    if counts["users_without_list"]:
        log.warning(
            "export: %s users have no list, as they own all items that may be listed",
            f"{counts['users_without_list']:,}",
        )
    if settings.filters:
        counts["excluded_items"] = len(excluded)
    write_formats(context, new.table)
    barred = item_ids(context, excluded)
    served = write_serving_set(context, new.serving, new.table, models, barred)
    record = {
        "date": new.date,
        "run_id": new.run_id,
        "path": new.table.name,
        "serving": new.serving,
        "rows": rows,
        "users": counts["users"],
        "model": choice.model,
        "refitted": published_artifact(workspace, choice.model) != choice.model,
        "content_hash": hashed,
        "serving_hash": served,
        "excluded_hash": digest(sorted(barred)),
        "formats": list(settings.formats),
        "formulas_neutralized": "csv" in settings.formats and settings.csv_neutralize_formulas,
        "ndcg": ndcg.get(choice.model),
        "short_lists": counts["short_lists"],
        "gates": gates,
    }
    shown, removed = publish_once(workspace, record, seen, unrecorded(context.settings).export.keep)
    if choice.why:
        counts |= {"best on validation": choice.best, "kept": choice.why}
    published = NewRun(shown["date"], shown["run_id"])
    counts |= {"path": workspace.path(published.table.name), "old_runs_removed": len(removed)}
    counts |= {"refitted": record["refitted"], "gates": gates}
    # The pointer is an output: without it, readers see nothing and the stage runs again.
    hashes = {POINTER: hashed, published.serving: served}
    about = {"model": choice.model, "run_id": published.run_id}
    return Outcome([published.table], hashes, counts=about | counts)
