"""Sample: train, holdout -> the training rows of every epoch and the evaluation negatives."""

import functools
import math
from typing import TYPE_CHECKING, Any

import numpy as np

from steamrec import tables
from steamrec.sampling.negatives import MISSING
from steamrec.settings import Settings
from steamrec.spark.blocks import user_blocks
from steamrec.spark.placement import slots
from steamrec.stage import Context, Outcome, Stage
from steamrec.stages.given import given_negatives
from steamrec.tables import Table
from steamrec.tasks.sample import CHUNKS, EVAL_ROWS, draw_chunks, draw_eval, order_rows

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

BLOCK_SIZE = 1024


def run(context: Context) -> Outcome:
    """Write one table an epoch, and the evaluation negatives."""
    settings = context.settings
    epochs, negatives = shape(settings)
    owned = context.read(tables.INTERACTIONS)
    fitted = context.read(tables.TRAIN).where("not validation")
    blocks = user_blocks(BLOCK_SIZE, owned, fitted).persist()
    rows = fitted.count()
    written = []
    for epoch in range(epochs):
        table = tables.train_negatives(epoch, negatives)
        _write_epoch(context, blocks, table, epoch, negatives, rows)
        written.append(table)
    for stale in context.workspace.list("negatives/train"):
        if f"negatives/train/{stale}" not in {table.name for table in written}:
            context.workspace.remove(f"negatives/train/{stale}")
    counts: dict[str, Any] = {"epochs": epochs, "rows_an_epoch": rows, "negatives_a_row": negatives}
    if written:
        counts["negatives_missing"] = _missing(context, written[0])
    counts |= _write_eval(context, user_blocks(BLOCK_SIZE, owned))
    return Outcome([*written, tables.EVAL_NEGATIVES], counts=counts)


def shape(settings: Settings) -> tuple[int, int]:
    """How many epochs, and how many negatives a row, the networks of the night need at most."""
    networks = [settings.network(name) for name in settings.networks()]
    epochs = max((network["epochs"] for network in networks), default=0)
    return epochs, max((network["negatives"] for network in networks), default=0)


def _write_epoch(
    context: Context, blocks: "DataFrame", table: Table, epoch: int, negatives: int, rows: int
) -> None:
    sampling = context.settings.sampling
    files = max(1, math.ceil(rows / sampling.rows_per_file))
    draw = functools.partial(
        draw_chunks,
        slots=slots(context.spark, files),
        per_positive=negatives,
        items=context.read(tables.ITEMS).count(),
        seed=sampling.seed,
        epoch=epoch,
        cumulative=_cumulative(context),
    )
    chunks = blocks.mapInArrow(draw, CHUNKS).repartition(files, "slot")
    order = functools.partial(order_rows, names=list(table.columns))
    frame = chunks.mapInArrow(order, table.ddl)
    # Random numbers gain nothing from a dictionary, and a file is meant to be one row group.
    options = {"parquet.enable.dictionary": "false", "parquet.block.size": str(1 << 30)}
    frame.write.mode("overwrite").options(**options).parquet(context.workspace.path(table.name))


def _cumulative(context: Context) -> "np.ndarray[Any, np.dtype[np.int64]] | None":
    """The items' weights as running whole-number totals; None for uniform draws.

    Weights are owners ** power, scaled so that the total fits 32 bits; none is below 1.
    """
    sampling = context.settings.sampling
    if sampling.distribution == "uniform":
        return None
    owners = context.read(tables.ITEMS).orderBy("item").toPandas()
    counts: np.ndarray[Any, np.dtype[np.float64]] = owners["owners"].to_numpy(float)
    weights = np.maximum(counts, 1.0) ** sampling.popularity_power
    scaled = np.maximum(1, np.floor(weights * (2**31 / weights.sum()))).astype(np.int64)
    cumulative: np.ndarray[Any, np.dtype[np.int64]] = np.append(0, np.cumsum(scaled))
    return cumulative


def _missing(context: Context, table: Table) -> int:
    from pyspark.sql import functions as F  # noqa: N812

    columns = [name for name in table.columns if name.startswith("negative_")]
    sums = [F.sum((F.col(name) == MISSING).cast("long")) for name in columns]
    row = context.read(table).agg(*sums).first()
    assert row is not None
    return sum(int(value or 0) for value in row)


def _write_eval(context: Context, owned: "DataFrame") -> dict[str, Any]:
    """Write negatives/eval: drawn, or as published; returns its figures."""
    from pyspark.sql import functions as F  # noqa: N812

    wanted = context.settings.sampling.eval_negatives
    holdout = context.read(tables.HOLDOUT).select("user")
    given = given_negatives(context) if context.settings.split.method == "given" else None
    if given is None:
        draw = functools.partial(
            draw_eval,
            count=wanted,
            items=context.read(tables.ITEMS).count(),
            seed=context.settings.sampling.seed,
        )
        frame = owned.mapInArrow(draw, EVAL_ROWS).join(holdout, "user")
    else:
        flat = given.select("user_id", F.posexplode("item_ids").alias("position", "item_id"))
        known = flat.join(context.read(tables.ITEMS), "item_id").join(
            context.read(tables.USERS), "user_id"
        )
        entries = F.sort_array(F.collect_list(F.struct("position", "item")))
        frame = known.groupBy("user").agg(
            F.transform(entries, lambda entry: entry["item"]).alias("items")
        )
    context.write(frame, tables.EVAL_NEGATIVES)
    short = context.read(tables.EVAL_NEGATIVES).where(F.size("items") < wanted).count()
    return {
        "eval_users": context.read(tables.EVAL_NEGATIVES).count(),
        "eval_users_with_fewer_negatives": short if given is None else 0,
    }


def _used(settings: Settings) -> dict[str, Any]:
    epochs, negatives = shape(settings)
    used = settings.sampling.model_dump(mode="json")
    used |= {"epochs": epochs, "negatives": negatives}
    if settings.split.method == "given":
        used["negatives_path"] = settings.split.negatives_path
    return used


STAGE = Stage(name="sample", version=1, needs=("prepare", "split"), used=_used, run=run)
