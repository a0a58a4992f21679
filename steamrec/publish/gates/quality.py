"""Gates on the model's measured quality, against popularity and the published model."""

from steamrec.publish.gates.candidate import Candidate
from steamrec.publish.gates.gate import Finding, Gate, NotAsked


def popularity(run: Candidate) -> Finding:
    """Full-catalogue NDCG@10 against popularity's."""
    allowed = run.context.settings.gates.max_ndcg_below_popularity
    return _no_lower(run, "popularity", run.ndcg.get("popularity"), allowed)


def ndcg(run: Candidate) -> Finding | NotAsked:
    """Full-catalogue NDCG@10 against the published run's."""
    if run.previous is None:
        return NotAsked("nothing is published yet")
    allowed = run.context.settings.gates.max_ndcg_drop
    return _no_lower(run, "the last published run", run.previous["ndcg"], allowed)


def _no_lower(run: Candidate, other: str, value: float | None, allowed: float) -> Finding:
    """A figure that is missing does not pass."""
    own = run.ndcg.get(run.model)
    figures = f"{run.model} has NDCG@10 {_words(own)}, and {other} {_words(value)}"
    if own is None or value is None:
        return Finding(False, f"{figures} (both are needed)", own, "unknown")
    least = value * (1 - allowed)
    return Finding(own >= least, f"{figures} (at least {least:.4f} is asked for)", own, least)


def _words(value: float | None) -> str:
    return "that was not measured" if value is None else f"{value:.4f}"


def _all_allowed(value: float) -> bool:
    return value >= 1


GATES = (
    Gate("popularity", "max_ndcg_below_popularity", popularity, _all_allowed),
    Gate("ndcg", "max_ndcg_drop", ndcg, _all_allowed),
)
