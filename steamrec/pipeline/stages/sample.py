"""Sample: train, holdout -> the training rows of every epoch and the evaluation negatives."""

import functools
import math
from typing import TYPE_CHECKING, Any

import numpy as np

from steamrec.data import tables
from steamrec.data.context import Context
from steamrec.data.pairs import Role
from steamrec.data.spark_batches import user_batches
from steamrec.errors import RunError
from steamrec.pipeline.stage import Outcome
from steamrec.sampling.free_items import popularity_weights
from steamrec.sampling.tasks import (
    CHUNKS,
    EVAL_ROWS,
    FILES,
    draw_chunks,
    draw_eval,
    write_files,
)
from steamrec.settings import Settings
from steamrec.spark.partition_keys import partition_keys

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from steamrec.data.pairs import LongArray

USERS_PER_BATCH = 1024
# Drawn epochs wait on Spark's disks for their files: this many at a time.
EPOCHS_A_JOB = 8


def run(context: Context) -> Outcome:
    """Write one table per epoch, and the evaluation negatives."""
    epochs, negatives = shape(context.settings)
    train = context.read(tables.TRAIN)
    fitted = train.where("not validation")
    owned = {
        Role.FITTED: fitted,
        Role.VALIDATION: train.where("validation"),
        Role.HOLDOUT: context.read(tables.HOLDOUT),
    }
    batches = user_batches(USERS_PER_BATCH, owned).persist()
    for epoch in context.workspace.list("negatives/train"):
        context.workspace.remove(f"negatives/train/{epoch}")
    outcome = Outcome([tables.EVAL_NEGATIVES])
    counts: dict[str, Any] = {"epochs": epochs, "rows_per_epoch": 0, "negatives_per_row": negatives}
    if epochs:
        rows = fitted.count()
        for first in range(0, epochs, EPOCHS_A_JOB):
            some = range(first, min(first + EPOCHS_A_JOB, epochs))
            counts |= _write_epochs(context, batches, outcome, some, negatives, rows)
    outcome.counts = counts | _write_eval(context, batches)
    return outcome


def shape(settings: Settings) -> tuple[int, int]:
    """The most epochs, and the most negatives per row, that a network of the night needs."""
    networks = settings.networks()
    epochs = max((settings.epochs(name) for name in networks), default=0)
    return epochs, max((settings.negatives(name) for name in networks), default=0)


def _write_epochs(
    context: Context,
    batches: "DataFrame",
    outcome: Outcome,
    epochs: range,
    negatives: int,
    rows: int,
) -> dict[str, int]:
    """Write some epochs in one Spark job: draw by user, send each file's rows to one task."""
    from pyspark.sql import functions as F

    sampling = context.settings.sampling
    files = len(epochs) * max(1, math.ceil(rows / sampling.rows_per_file))
    draw = functools.partial(
        draw_chunks,
        epochs=epochs,
        partition_keys=partition_keys(files),
        per_positive=negatives,
        items=context.count(tables.ITEMS),
        seed=sampling.seed,
        cumulative=_cumulative(context),
    )
    write = functools.partial(
        write_files, root=context.workspace.root, per_positive=negatives, seed=sampling.seed
    )
    chunks = batches.mapInArrow(draw, CHUNKS).repartition(files, "partition")
    sums = [F.sum(name).alias(name) for name in ("rows", "missing", "first", "second")]
    written = chunks.mapInArrow(write, FILES).groupBy("epoch").agg(*sums).collect()
    for row in sorted(written):
        if row["rows"] != rows:
            raise RunError(
                f"Epoch {row['epoch']} has {row['rows']:,} rows for {rows:,} training pairs; "
                "this is a fault of steamrec, please report it."
            )
        name = tables.train_negatives(row["epoch"], negatives).name
        context.workspace.write_bytes(f"{name}/_SUCCESS", b"")
        outcome.rows[name] = row["rows"]
        halves = (int(row["first"]) % 2**64, int(row["second"]) % 2**64)
        outcome.hashes[name] = f"{halves[0]:016x}{halves[1]:016x}"
    return {"rows_per_epoch": rows, "negatives_missing": sorted(written)[0]["missing"]}


def _cumulative(context: Context) -> "LongArray | None":
    """The items' weights for training draws, as running totals; None for uniform draws."""
    sampling = context.settings.sampling
    if sampling.distribution == "uniform":
        return None
    fitted = context.read(tables.TRAIN).where("not validation")
    counted = fitted.groupBy("item").count().toPandas()
    owners = np.zeros(context.count(tables.ITEMS), np.int64)
    owners[counted["item"].to_numpy()] = counted["count"].to_numpy()
    return popularity_weights(owners, sampling.popularity_power)


def _write_eval(context: Context, batches: "DataFrame") -> dict[str, Any]:
    """Write negatives/eval: drawn, or as published; returns its figures."""
    from pyspark.sql import functions as F

    wanted = context.settings.sampling.eval_negatives
    split = context.settings.split
    given = split.method == "given" and split.negatives_path
    if given:
        frame = context.read(tables.PREDEFINED_NEGATIVES)
    else:
        draw = functools.partial(
            draw_eval,
            count=wanted,
            items=context.count(tables.ITEMS),
            seed=context.settings.sampling.seed,
        )
        frame = batches.mapInArrow(draw, EVAL_ROWS)
    fewer = F.count(F.when(F.size("items") < wanted, 1))
    written = context.write(frame, tables.EVAL_NEGATIVES, fewer=fewer)
    return {
        "eval_users": written["rows"],
        "eval_users_with_fewer_negatives": 0 if given else written["fewer"],
    }
