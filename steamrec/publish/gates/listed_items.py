"""Gates on what is listed: nothing that the user owns or that the settings leave out."""

from pyspark.sql import functions as F

from steamrec.publish.gates.candidate import Candidate
from steamrec.publish.gates.gate import Finding, Gate, NotAsked, none_allowed
from steamrec.publish.gates.left_out import left_out_ids


def owned(run: Candidate) -> Finding:
    """Rows whose item the user owns."""
    library = run.libraries.select("user_id", F.explode("items.item_id").alias("item_id"))
    listed = run.lists.select("user_id", "item_id")
    bad = listed.join(library, ["user_id", "item_id"], "left_semi").count()
    return none_allowed(bad, "listed items that the user owns")


def excluded(run: Candidate) -> Finding | NotAsked:
    """Rows whose item the settings of [export] leave out."""
    if not run.context.settings.export.filters:
        return NotAsked("[export] leaves no item out")
    bad = run.lists.join(left_out_ids(run.context), "item_id", "left_semi").count()
    return none_allowed(bad, "listed items that the settings of [export] leave out")


GATES = (Gate("owned", "owned", owned), Gate("excluded", "excluded", excluded))
