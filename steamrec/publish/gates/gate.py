"""What a gate is, and what its check finds."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from steamrec.publish.gates.candidate import Candidate


@dataclass(frozen=True)
class Finding:
    """What a check measured.

    figures: the same in words, for the refusal. measured: the value that was measured, None where
    there is none. limit: what the gate allows. passed: whether the value is within the limit.
    """

    passed: bool
    figures: str
    measured: float | str | None
    limit: float | str


@dataclass(frozen=True)
class NotAsked:
    """A check that has nothing to compare with, which passes; `why` says so in words."""

    why: str


@dataclass(frozen=True)
class Gate:
    """One gate: its name, its setting in [gates], and the check of a candidate.

    setting: empty for a gate that is always asked. is_off: whether a value of the setting switches
    the gate off; by default False does.
    """

    name: str
    setting: str
    check: Callable[[Candidate], Finding | NotAsked]
    is_off: Callable[[Any], bool] = lambda value: value is False


def none_allowed(count: int, what: str) -> Finding:
    """The finding of a check that counts faults."""
    return Finding(count == 0, f"{count:,} {what}, and 0 are allowed", count, 0)
