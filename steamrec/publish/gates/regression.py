"""Gates against the published lists: as many rows, and the same items to some part."""

from steamrec.data import tables
from steamrec.data.tables import Table
from steamrec.publish.gates.candidate import Candidate
from steamrec.publish.gates.gate import Finding, Gate, NotAsked
from steamrec.publish.published_fields import lists_folder

NOTHING = NotAsked("nothing is published yet")
PAIR = ["user_id", "item_id"]


def rows(run: Candidate) -> Finding | NotAsked:
    """Rows against the published run's."""
    if run.previous is None:
        return NOTHING
    before, found = run.previous["rows"], run.hashed[0]
    change = run.context.settings.gates.max_row_change
    low, high = ((1 + sign * change) * before for sign in (-1, 1))
    asked = f"{low:,.0f} to {high:,.0f}"
    figures = f"{found:,} rows, and the last published run has {before:,} ({asked} are asked for)"
    return Finding(low <= found <= high, figures, found, asked)


def overlap(run: Candidate) -> Finding | NotAsked:
    """The part of the published lists that is listed again, for users who have a list still."""
    if run.previous is None:
        return NOTHING
    least = run.context.settings.gates.min_overlap
    lists = run.lists.select(*PAIR).distinct()
    published = Table(lists_folder(run.previous), tables.EXPORT.columns)
    before = run.context.read(published).select(*PAIR).distinct()
    known = before.join(lists.select("user_id").distinct(), "user_id").count()
    if not known:
        figures = "no user of the last published run has a list in this one"
        return Finding(False, figures, None, least)
    share = before.join(lists, PAIR).count() / known
    figures = (
        f"{share:.4f} of the last published lists is listed again, "
        f"and at least {least:.4f} is asked for"
    )
    return Finding(share >= least, figures, share, least)


def rolled_back(run: Candidate) -> Finding | NotAsked:
    """Whether these are the lists of a run that readers were taken back from."""
    if not run.rolled_back:
        return NotAsked("readers were not taken back from any run")
    same = [old for old in run.rolled_back if old["content_hash"] == run.hashed[1]]
    if not same:
        return Finding(True, "the lists of no run that was rolled back", 0, 0)
    figures = (
        f"the lists are those of run {same[0]['run_id']} of {same[0]['date']}, which was rolled "
        "back; change the input or the settings, or set gates.rolled_back=false to publish them"
    )
    return Finding(False, figures, len(same), 0)


GATES = (
    Gate("rows", "max_row_change", rows, is_off=lambda value: False),
    Gate("overlap", "min_overlap", overlap, is_off=lambda value: value <= 0),
    Gate("rolled_back", "rolled_back", rolled_back),
)
