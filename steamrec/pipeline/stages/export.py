"""Export: the top k for every user_id of the raw file, checked, then made visible."""

import functools
import logging
import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np

from steamrec.data import tables
from steamrec.data.context import Context
from steamrec.data.limits import MOST_USERS
from steamrec.data.spark_batches import user_blocks
from steamrec.data.tables import Table
from steamrec.data.user_batches import IntArray
from steamrec.errors import GateRefusedError
from steamrec.models.popularity import PopularityScorer
from steamrec.models.registry import SERVES_NEW_USERS
from steamrec.pipeline.stage import Outcome
from steamrec.publish.csv_lists import WRITTEN, write_csv_parts
from steamrec.publish.exported_artifact import FALLBACK, published_artifact
from steamrec.publish.filters import excluded_items
from steamrec.publish.gates import check_gates
from steamrec.publish.list_tasks import LISTS, list_blocks
from steamrec.publish.model_choice import exported_model, full_ndcg
from steamrec.publish.pointer import POINTER, move_pointer
from steamrec.publish.previous_run import run_to_compare
from steamrec.publish.published_fields import PUBLISHED, run_folder, serving_name
from steamrec.publish.regression_gates import check_figures
from steamrec.publish.rejection import forget_refusal, record_refusal
from steamrec.publish.runs import record_name, remove_old_runs
from steamrec.publish.serving_set import write_serving_set
from steamrec.scoring.artifact import load_artifact
from steamrec.settings.recorder import unrecorded
from steamrec.spark.content_hash import content_hash
from steamrec.spark.row_index import number_rows

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

BLOCK_SIZE = 256
LEAST_OWNED = 2  # with fewer, popularity says more

log = logging.getLogger(__name__)


def run(context: Context, models: tuple[str, ...]) -> Outcome:
    """Write a run's lists, pass them through the gates and point readers to them.

    Raises GateRefusedError, with the previous export still in place.
    """
    run_id = f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{uuid.uuid4().hex[:6]}"
    table = Table(run_folder(context.date, run_id), tables.EXPORT.columns)
    serving = serving_name(context.date, run_id)
    for name in (table.name, serving):
        context.workspace.refuse_links(name)
    model: str = context.settings.export.model
    try:
        previous = run_to_compare(context)
        choice = exported_model(context)
        model = choice.model
        if choice.why:
            log.info("export: %s stays the published model: %s", model, choice.why)
        excluded = _excluded(context)
        lists = _known_lists(context, model, excluded)
        context.write(lists.unionByName(_cold_lists(context, model, excluded)), table)
        ndcg = full_ndcg(context)
        counts = check_gates(context, table)
        if context.settings.export.filters:
            counts["excluded_items"] = len(excluded)
        check_figures(context, table, counts["rows"], ndcg, model, previous)
    except GateRefusedError as refusal:
        record_refusal(context.workspace, context.date, run_id, model, str(refusal))
        raise
    if counts["users_without_list"]:
        log.warning(
            "export: %s users have no list, as they own all items that may be listed",
            f"{counts['users_without_list']:,}",
        )
    _write_formats(context, table)
    rows, hashed = content_hash(context.read(table), table.hashed)
    barred = _item_ids(context, excluded)
    served = write_serving_set(context, serving, table, models, barred)
    record = {
        "date": context.date,
        "run_id": run_id,
        "path": table.name,
        "serving": serving,
        "rows": rows,
        "users": counts["users"],
        "model": model,
        "refitted": published_artifact(context.workspace, model) != model,
        "content_hash": hashed,
        "ndcg": ndcg.get(model),
        "previous": previous and {key: previous[key] for key in PUBLISHED},
    }
    context.workspace.write_json(record_name(context.date, run_id), record)
    # The one step that readers see.
    move_pointer(context.workspace, record)
    forget_refusal(context.workspace)
    removed = remove_old_runs(context.workspace, unrecorded(context.settings).export.keep)
    if choice.why:
        counts |= {"best on validation": choice.best, "kept": choice.why}
    counts |= {"path": context.workspace.path(table.name), "old_runs_removed": len(removed)}
    counts["refitted"] = record["refitted"]
    # The pointer is an output: without it, readers see nothing and the stage runs again.
    hashes = {POINTER: hashed, serving: served}
    return Outcome([table], hashes, counts={"model": model, "run_id": run_id, **counts})


def _item_ids(context: Context, items: IntArray) -> list[str]:
    """The item_ids of the items that are left out."""
    if not len(items):
        return []
    chosen = set(items.tolist())
    rows = context.read(tables.ITEMS).select("item", "item_id").collect()
    return [row["item_id"] for row in rows if row["item"] in chosen]


def _write_formats(context: Context, table: Table) -> None:
    """The run also as JSON lines or CSV: exports/<format>/dt=.../run=..."""
    for kind in context.settings.export.formats:
        folder = table.name.replace("exports/", f"exports/{kind}/", 1)
        context.workspace.refuse_links(folder)
        lists = context.read(table)
        if kind == "json":
            lists.write.json(context.workspace.spark_uri(folder))
            continue
        write = functools.partial(
            write_csv_parts,
            root=context.workspace.root,
            folder=folder,
            neutralize=context.settings.export.csv_neutralize_formulas,
        )
        lists.mapInArrow(write, WRITTEN).collect()
        context.workspace.write_bytes(f"{folder}/_SUCCESS", b"")


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
        model=published_artifact(context.workspace, model),
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
    fallback = published_artifact(context.workspace, FALLBACK)
    popularity = PopularityScorer(load_artifact(context.workspace, fallback))
    popular = popularity.most_popular(k + largest[0], excluded)
    entries = context.spark.createDataFrame(
        [(int(item), float(popularity.popularity[item])) for item in popular],
        "item int, score float",
    )
    ranked = F.array(*[F.lit(int(item)) for item in popular]).cast("array<int>")
    left = F.slice(F.array_except(ranked, "items"), 1, k)
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
