"""Gates that compare a run with the one that readers see now, and its model with popularity."""

import logging
from typing import TYPE_CHECKING, Any

from steamrec.data import tables
from steamrec.data.tables import Table
from steamrec.publish.gates import demand

if TYPE_CHECKING:
    from steamrec.data.context import Context

log = logging.getLogger(__name__)


def check_figures(
    context: "Context", table: Table, rows: int, ndcg: dict[str, float], model: str,
    previous: dict[str, Any] | None,
) -> None:  # fmt: skip
    """Check the run of `rows` rows against popularity and the `previous` run's record.

    `ndcg` has each model's full-catalogue NDCG@10; a model that is not in it is not measured.
    Raises GateRefusedError naming the gate and both figures.
    """
    gates = context.settings.gates
    own = ndcg.get(model)
    if own is not None and "popularity" in ndcg:
        least = ndcg["popularity"] * (1 - gates.max_ndcg_below_popularity)
        figures = f"{model} has NDCG@10 {own:.4f}, and popularity {ndcg['popularity']:.4f}"
        demand(own >= least, "popularity", f"{figures} (at least {least:.4f} is asked for)")
    if previous is None:
        return
    before = previous.get("ndcg")
    if own is not None and before is not None:
        least = before * (1 - gates.max_ndcg_drop)
        figures = f"{model} has NDCG@10 {own:.4f}, and the last published run {before:.4f}"
        demand(own >= least, "ndcg", f"{figures} (at least {least:.4f} is asked for)")
    low, high = ((1 + sign * gates.max_row_change) * previous["rows"] for sign in (-1, 1))
    demand(
        low <= rows <= high,
        "rows",
        f"{rows:,} rows, and the last published run has {previous['rows']:,} "
        f"({low:,.0f} to {high:,.0f} are asked for)",
    )
    _check_overlap(context, table, previous)


def _check_overlap(context: "Context", table: Table, previous: dict[str, Any]) -> None:
    name = f"exports/dt={previous['date']}/run={previous['run_id']}"
    if not context.workspace.has_table(name):
        log.warning("export: the last published run %s is gone; no overlap to check", name)
        return
    columns = ["user_id", "item_id"]
    lists = context.read(table).select(*columns)
    before = context.read(Table(name, tables.EXPORT.columns)).select(*columns)
    known = before.join(lists.select("user_id").distinct(), "user_id")
    total, same = known.count(), before.join(lists, columns).count()
    least = context.settings.gates.min_overlap
    demand(
        total == 0 or same >= least * total,
        "overlap",
        f"{same / max(total, 1):.4f} of the last published lists is listed again, "
        f"and at least {least:.4f} is asked for",
    )
