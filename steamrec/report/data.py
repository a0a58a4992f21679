"""The report's data, from receipts, metrics and small Spark aggregations.

Everything that comes to the driver is bounded by the catalogue, never by the users.
"""

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from steamrec.data import tables
from steamrec.errors import RunError
from steamrec.publish.pointer import read_pointer
from steamrec.publish.rejection import read_refusal
from steamrec.report.item_metadata import known_genres
from steamrec.report.sample_users import shown_users
from steamrec.scoring.artifact import folder
from steamrec.workspace import Workspace
from steamrec.workspace.receipts import load_receipt

if TYPE_CHECKING:
    import pandas as pd

    from steamrec.data.context import Context

REASONS = 10
TOP_ITEMS = 10
EPOCH_TIMES = ("seconds", "rows_per_second")


def collect(context: "Context", models: Sequence[str], stages: Sequence[str]) -> dict[str, Any]:
    """Everything the page shows, as plain lists and dicts.

    `models` are the night's models, `stages` its stages in order. Equal tables give equal
    results, except for "stages", "published" and "refusal", which contain times.
    """
    workspace = context.workspace
    published = _published(workspace)
    items = context.read_local(tables.ITEMS, *tables.ITEMS.columns).sort_values("item")
    optional = ("item_metadata",) if context.settings.input.items_path else ()
    return {
        "published": published,
        "refusal": read_refusal(workspace),
        "metrics": workspace.read_json("metrics.json"),
        "counts": _counts(context, ("ingest", "prepare", "split", *optional, "sample", "export")),
        "refused": _refused(context),
        "least_items": context.settings.prepare.min_items,
        "sizes": _sizes(context),
        "owners": _owners(items),
        "top_items": _top_items(items),
        "genres": known_genres(context, published) if published else [],
        "curves": {name: _curve(context, name) for name in models},
        "users": shown_users(context, published) if published else [],
        "stages": _stages(context, stages),
    }


def _published(workspace: Workspace) -> dict[str, Any] | None:
    """What readers see; None for a pointer that cannot be read, which the gates refuse."""
    try:
        return read_pointer(workspace)
    except RunError:
        return None


def _curve(context: "Context", model: str) -> list[dict[str, float]]:
    """The model's training curve, without the epochs' durations."""
    curve = context.workspace.read_json(f"{folder(model)}/model.json")["curve"]
    return [{n: v for n, v in epoch.items() if n not in EPOCH_TIMES} for epoch in curve]


def _counts(context: "Context", stages: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Each stage's own figures, without its paths and run ids."""
    counts = {}
    for stage in stages:
        receipt = load_receipt(context.workspace, stage)
        kept = receipt.counts.items() if receipt else ()
        counts[stage] = {name: value for name, value in kept if isinstance(value, int)}
    return counts


def _refused(context: "Context") -> list[dict[str, Any]]:
    """The most frequent reasons why lines were refused, with their number."""
    from pyspark.sql import functions as F

    if not context.count(tables.QUARANTINE):
        return []
    quarantine = context.read(tables.QUARANTINE)
    rows = quarantine.groupBy("reason").count().orderBy(F.desc("count"), "reason").take(REASONS)
    return [{"reason": row["reason"], "lines": row["count"]} for row in rows]


def _sizes(context: "Context") -> list[tuple[int, int]]:
    """(items owned, users with this many), ascending; cold users included."""
    from pyspark.sql import functions as F

    cold = context.read(tables.COLD_USERS).select(F.size("items").alias("items"))
    sizes = context.read(tables.USERS).select("items").unionByName(cold)
    rows = sizes.groupBy("items").count().orderBy("items").collect()
    return [(int(row["items"]), int(row["count"])) for row in rows]


def _owners(items: "pd.DataFrame") -> list[tuple[int, int]]:
    """(owners, items with this many owners), ascending."""
    counted = Counter(items["owners"].tolist())
    return sorted(counted.items())


def _top_items(items: "pd.DataFrame") -> list[dict[str, Any]]:
    """The items with the most owners."""
    first = items.sort_values("owners", ascending=False, kind="stable").head(TOP_ITEMS)
    columns = ("item_id", "item_name", "owners")
    values = (first[name].tolist() for name in columns)
    return [dict(zip(columns, row, strict=True)) for row in zip(*values, strict=True)]


def _stages(context: "Context", stages: Sequence[str]) -> list[dict[str, Any]]:
    """The finished stages in order: stage, seconds, finished, rows written."""
    found = []
    for stage in stages:
        receipt = load_receipt(context.workspace, stage)
        if receipt:
            rows = sum(output.get("rows", 0) for output in receipt.outputs.values())
            entry = {"stage": stage, "seconds": receipt.seconds, "finished": receipt.finished}
            found.append(entry | {"rows": rows})
    return found
