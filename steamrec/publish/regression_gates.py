"""Gates that compare a run with the one that readers see now, and its model with popularity."""

from typing import TYPE_CHECKING, Any

from steamrec.data import tables
from steamrec.data.tables import Table
from steamrec.publish.gates import demand
from steamrec.publish.published_fields import lists_folder

if TYPE_CHECKING:
    from steamrec.data.context import Context


def check_figures(
    context: "Context", table: Table, rows: int, ndcg: dict[str, float], model: str,
    previous: dict[str, Any] | None,
) -> None:  # fmt: skip
    """Check the run of `rows` rows against popularity and the `previous` run's record.

    `ndcg` has each model's full-catalogue NDCG@10. A figure that is missing fails the gate that
    asks for it; a gate whose setting is 1 asks for none. Raises GateRefusedError naming the gate
    and both figures.
    """
    gates = context.settings.gates
    below = gates.max_ndcg_below_popularity
    _check_ndcg("popularity", model, ndcg.get(model), "popularity", ndcg.get("popularity"), below)
    if previous is None:
        return
    before = previous["ndcg"]
    _check_ndcg(
        "ndcg", model, ndcg.get(model), "the last published run", before, gates.max_ndcg_drop
    )
    low, high = ((1 + sign * gates.max_row_change) * previous["rows"] for sign in (-1, 1))
    demand(
        low <= rows <= high,
        "rows",
        f"{rows:,} rows, and the last published run has {previous['rows']:,} "
        f"({low:,.0f} to {high:,.0f} are asked for)",
    )
    _check_overlap(context, table, previous)


def _check_ndcg(
    gate: str, model: str, own: float | None, other: str, value: float | None, allowed: float
) -> None:
    if allowed >= 1:
        return
    figures = f"{model} has NDCG@10 {_shown(own)}, and {other} {_shown(value)}"
    if own is None or value is None:
        demand(False, gate, f"{figures} (both are needed)")
        return
    least = value * (1 - allowed)
    demand(own >= least, gate, f"{figures} (at least {least:.4f} is asked for)")


def _shown(value: float | None) -> str:
    return "that was not measured" if value is None else f"{value:.4f}"


def _check_overlap(context: "Context", table: Table, previous: dict[str, Any]) -> None:
    least = context.settings.gates.min_overlap
    if least <= 0:
        return
    columns = ["user_id", "item_id"]
    lists = context.read(table).select(*columns).distinct()
    name = lists_folder(previous)
    before = context.read(Table(name, tables.EXPORT.columns)).select(*columns).distinct()
    known = before.join(lists.select("user_id").distinct(), "user_id")
    total, same = known.count(), before.join(lists, columns).count()
    demand(total > 0, "overlap", "no user of the last published run has a list in this one")
    demand(
        same >= least * total,
        "overlap",
        f"{same / max(total, 1):.4f} of the last published lists is listed again, "
        f"and at least {least:.4f} is asked for",
    )
