"""Export: the top k for every user_id of the raw file, checked, then made visible."""

import functools
import logging
import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import numpy as np

from steamrec.data import tables
from steamrec.data.context import Context
from steamrec.data.limits import MOST_USERS
from steamrec.data.spark_batches import user_blocks
from steamrec.data.tables import Table
from steamrec.data.user_batches import IntArray
from steamrec.errors import GateRefusedError, RunError, UsageError
from steamrec.models.popularity import PopularityScorer
from steamrec.models.registry import SERVES_NEW_USERS
from steamrec.pipeline.stage import Outcome, Stage
from steamrec.publish.filters import excluded_items
from steamrec.publish.gates import check_gates
from steamrec.publish.list_tasks import LISTS, list_blocks
from steamrec.publish.pointer import POINTER, read_pointer
from steamrec.publish.regression_gates import check_figures
from steamrec.publish.rejection import forget_refusal, record_refusal
from steamrec.publish.runs import (
    PUBLISHED,
    published_run,
    record_name,
    remove_old_runs,
    run_folder,
)
from steamrec.scoring.artifact import load_artifact
from steamrec.settings import Settings
from steamrec.spark.content_hash import content_hash
from steamrec.spark.row_index import number_rows
from steamrec.workspace import Workspace

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

BLOCK_SIZE = 256
LEAST_OWNED = 2  # with fewer, popularity says more

log = logging.getLogger(__name__)


def run(context: Context) -> Outcome:
    """Write a run's lists, pass them through the gates and point readers to them.

    Raises GateRefusedError, with the previous export still in place.
    """
    model = exported_model(context)
    run_id = f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{uuid.uuid4().hex[:6]}"
    table = Table(run_folder(context.date, run_id), tables.EXPORT.columns)
    context.workspace.refuse_links(table.name)
    excluded = _excluded(context)
    lists = _known_lists(context, model, excluded)
    lists = lists.unionByName(_cold_lists(context, model, excluded))
    context.write(lists, table)
    previous = _published(context.workspace)
    ndcg = _ndcg(context.workspace)
    try:
        counts = check_gates(context, table)
        if context.settings.export.filters:
            counts["excluded_items"] = len(excluded)
        check_figures(context, table, counts["rows"], ndcg, model, previous)
    except GateRefusedError as refusal:
        record_refusal(context.workspace, context.date, run_id, model, str(refusal))
        raise
    _write_formats(context, table)
    rows, hashed = content_hash(context.read(table), table.hashed)
    record = {
        "date": context.date,
        "run_id": run_id,
        "path": context.workspace.path(table.name),
        "rows": rows,
        "users": counts["users"],
        "model": model,
        "content_hash": hashed,
        "ndcg": ndcg.get(model),
        "previous": previous and {key: previous[key] for key in PUBLISHED},
    }
    context.workspace.write_json(record_name(context.date, run_id), record)
    # The one step that readers see.
    context.workspace.write_json(POINTER, {key: record[key] for key in PUBLISHED})
    forget_refusal(context.workspace)
    removed = remove_old_runs(context.workspace, context.settings.export.keep)
    counts |= {"path": record["path"], "old_runs_removed": len(removed)}
    return Outcome(tables=[table], counts={"model": model, "run_id": run_id, **counts})


def _published(workspace: Workspace) -> dict[str, Any] | None:
    """The last published run; a damaged pointer counts as none and is about to be replaced."""
    try:
        return published_run(workspace)
    except RunError as error:
        log.warning("export: %s Nothing to compare with; it is written anew.", error)
        return None


def _ndcg(workspace: Workspace) -> dict[str, float]:
    """Each model's full-catalogue NDCG@10, as evaluated."""
    return {
        entry["model"]: entry["value"]
        for entry in workspace.read_json("metrics.json")["results"]
        if (entry["protocol"], entry["metric"], entry["k"]) == ("full", "ndcg", 10)
    }


def _write_formats(context: Context, table: Table) -> None:
    """The run also as JSON lines or CSV: exports/<format>/dt=.../run=..."""
    for kind in context.settings.export.formats:
        path = context.workspace.path(table.name.replace("exports/", f"exports/{kind}/", 1))
        # Doubled quotes, as RFC 4180 has them, not Spark's backslashes.
        options = {"header": "true", "escape": '"'} if kind == "csv" else {}
        context.read(table).write.format(kind).options(**options).save(path)


def exported_model(context: Context) -> str:
    """The name of the model to export; "best" is what the evaluation chose on validation."""
    name = context.settings.export.model
    if name == "best":
        return str(context.workspace.read_json("metrics.json")["best"])
    return name


def _excluded(context: Context) -> IntArray:
    """The items that the settings leave out of all lists; most nights none."""
    if not context.settings.export.filters:
        return np.empty(0, np.int32)
    return excluded_items(context)


def _known_lists(context: Context, model: str, excluded: IntArray) -> "DataFrame":
    """The lists of the users in the users table."""
    users = context.read(tables.USERS).select("user", "user_id")
    return _model_lists(context, model, context.read(tables.INTERACTIONS), users, excluded)


def _model_lists(
    context: Context, model: str, owned: "DataFrame", users: "DataFrame", excluded: IntArray
) -> "DataFrame":
    """The lists of `users` (user, user_id) from their pairs `owned` (user, item, place)."""
    from pyspark.sql import functions as F

    rank = functools.partial(
        list_blocks,
        root=context.workspace.root,
        model=model,
        k=context.settings.export.k,
        excluded=excluded,
    )
    ranking = user_blocks(BLOCK_SIZE, owned, placed=True).mapInArrow(rank, LISTS)
    return (
        ranking.join(users, "user")
        .join(F.broadcast(context.read(tables.ITEMS)), "item")
        .withColumn("source", F.lit(model))
        .select(*tables.EXPORT.columns)
    )


def _cold_lists(context: Context, model: str, excluded: IntArray) -> "DataFrame":
    """The lists of users whom no model was fitted on.

    A model that scores from what a user owns serves those with LEAST_OWNED items or more.
    """
    from pyspark.sql import functions as F

    cold = context.read(tables.COLD_USERS)
    if model not in SERVES_NEW_USERS:
        return _popular_lists(context, cold, excluded)
    owning = cold.where(F.size("items") >= LEAST_OWNED)
    users = number_rows(owning, ["user_id"], "user", "int", MOST_USERS)
    owned = users.select("user", F.posexplode("items").alias("place", "item"))
    lists = _model_lists(context, model, owned, users.select("user", "user_id"), excluded)
    rest = cold.where(F.size("items") < LEAST_OWNED)
    return lists.unionByName(_popular_lists(context, rest, excluded))


def _popular_lists(context: Context, cold: "DataFrame", excluded: IntArray) -> "DataFrame":
    """The most popular items that each of the users `cold` does not own."""
    from pyspark.sql import functions as F

    k = context.settings.export.k
    largest = cold.agg(F.coalesce(F.max(F.size("items")), F.lit(0))).first()
    assert largest is not None
    popularity = PopularityScorer(load_artifact(context.workspace, "popularity"))
    popular = popularity.most_popular(k + largest[0], excluded)
    entries = context.spark.createDataFrame(
        [(int(item), float(popularity.popularity[item])) for item in popular],
        "item int, score float",
    )
    left = F.slice(F.array_except(F.array(*[F.lit(int(i)) for i in popular]), "items"), 1, k)
    return (
        cold.select("user_id", F.posexplode(left).alias("position", "item"))
        .join(F.broadcast(entries), "item")
        .join(F.broadcast(context.read(tables.ITEMS)), "item")
        .select(
            "user_id",
            (F.col("position") + 1).alias("rank"),
            "item_id",
            "item_name",
            "score",
            F.lit("popularity").alias("source"),
        )
    )


def export_stage(models: tuple[str, ...], filtered: bool = False) -> Stage:
    """The stage "export" for the night's models; `filtered` when settings leave items out."""

    def used(settings: Settings) -> dict[str, Any]:
        return settings.export.model_dump(mode="json", exclude={"keep"})

    def external(context: Context) -> dict[str, str]:
        return {"date": context.date}

    facts = ("facts",) if filtered else ()
    needs = ("prepare", *facts, "evaluate", *(f"train/{name}" for name in models))
    return Stage("export", 4, needs, used, run, external)


def latest(workspace: Workspace) -> dict[str, Any]:
    """What exports/latest.json says; raises UsageError when nothing is published yet."""
    found = read_pointer(workspace)
    if found is None:
        raise UsageError(
            f"Nothing is published in {workspace.root} yet; run `steamrec nightly` first."
        )
    return found
