"""Gates on the rows: complete values, ranks, items and scores of each list."""

from steamrec.publish.gates.candidate import Candidate
from steamrec.publish.gates.gate import Finding, Gate, none_allowed


def nulls(run: Candidate) -> Finding:
    """Rows that lack a value."""
    lacking = " or ".join(f"{column} is null" for column in run.table.columns)
    return none_allowed(run.lists.where(lacking).count(), "rows lack a value")


def ranks(run: Candidate) -> Finding:
    """Users whose ranks are not 1 to n."""
    bad = f"first != 1 or last != rows or distinct_ranks != rows or rows > {run.k}"
    what = f"users whose ranks are not 1..n with n <= {run.k}"
    return none_allowed(run.per_user.where(bad).count(), what)


def items(run: Candidate) -> Finding:
    """Users with one item at two ranks."""
    return none_allowed(
        run.per_user.where("repeated").count(), "users with an item twice in the list"
    )


def scores(run: Candidate) -> Finding:
    """Users with a score that is no number, or that rises down the list."""
    infinite = run.per_user.where("not finite").count()
    if infinite:
        return none_allowed(infinite, "users with a score that is not a number")
    rising = run.per_user.where("not falling").count()
    return none_allowed(rising, "users whose scores rise down the list")


GATES = (
    Gate("nulls", "nulls", nulls),
    Gate("ranks", "ranks", ranks),
    Gate("items", "ranks", items),
    Gate("scores", "scores", scores),
)
