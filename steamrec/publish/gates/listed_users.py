"""Gates on who has a list: everybody of the raw file, and nobody else."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from steamrec.data import tables
from steamrec.publish.gates.candidate import Candidate
from steamrec.publish.gates.gate import Finding, Gate, none_allowed
from steamrec.publish.gates.left_out import left_out_ids


def any_list(run: Candidate) -> Finding:
    """Users with a list: one at least."""
    figures = "no user has an item left to list" if not run.users else f"{run.users:,} lists"
    return Finding(run.users > 0, figures, run.users, "at least 1")


def users(run: Candidate) -> Finding:
    """Strangers with a list, then users without one for whom items are left.

    Users are compared one by one: as counts, a stranger would make up for a missing user.
    """
    everybody = run.libraries.select("user_id").distinct()
    strangers = run.per_user.join(everybody, "user_id", "left_anti").count()
    if strangers:
        return none_allowed(strangers, "users have a list and are not in the raw file")
    if run.missing.isEmpty():
        return none_allowed(0, "users have no list")
    lost = run.missing.join(_owning_all(run), "user_id", "left_anti").count()
    what = f"of {everybody.count():,} users have no list, though items are left for them"
    return none_allowed(lost, what)


def _owning_all(run: Candidate) -> DataFrame:
    """Those user_ids without a list who own every item that may be listed."""
    allowed = run.context.read(tables.ITEMS).select("item", "item_id")
    if run.context.settings.export.filters:
        allowed = allowed.join(left_out_ids(run.context), "item_id", "left_anti")
    items = allowed.count()
    if not items:
        return run.missing
    # A predefined split's holdout is owned too, and is not in the libraries.
    known = run.context.read(tables.INTERACTIONS).join(run.context.read(tables.USERS), "user")
    owned = known.join(F.broadcast(allowed), "item").select("user_id", "item_id")
    raw = run.libraries.select("user_id", F.explode("items.item_id").alias("item_id"))
    owned = owned.unionByName(raw.join(F.broadcast(allowed.select("item_id")), "item_id"))
    counts = owned.join(run.missing, "user_id").groupBy("user_id")
    return counts.agg(F.count_distinct("item_id").alias("n")).where(F.col("n") == items)


GATES = (
    Gate("lists", "", any_list),  # an export without any list is never published
    Gate("users", "users", users),
)
