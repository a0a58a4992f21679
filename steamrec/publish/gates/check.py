"""Putting a run before all gates, in their order; what they found goes into the receipt."""

from collections.abc import Sequence
from typing import Any

from steamrec.errors import GateRefusedError
from steamrec.publish.gates import listed_items, listed_users, quality, regression, rows
from steamrec.publish.gates.candidate import Candidate
from steamrec.publish.gates.gate import Finding, Gate, NotAsked

GATES: tuple[Gate, ...] = (
    *rows.GATES,
    *listed_users.GATES,
    *listed_items.GATES,
    *quality.GATES,
    *regression.GATES,
)


def check_gates(run: Candidate, gates: Sequence[Gate] = GATES) -> list[dict[str, Any]]:
    """What each gate found, in order: gate, setting, verdict, measured, limit or why.

    The verdict is "passed", "off" or "not asked". Raises GateRefusedError with the first gate that
    does not pass and its figures. Only a finding that says so passes: all else refuses.
    """
    found = []
    for gate in gates:
        about: dict[str, Any] = {"gate": gate.name, "setting": gate.setting}
        value = getattr(run.context.settings.gates, gate.setting) if gate.setting else True
        if gate.is_off(value) is True:
            found.append(about | {"verdict": "off"})
            continue
        finding = gate.check(run)
        if isinstance(finding, NotAsked):
            found.append(about | {"verdict": "not asked", "why": finding.why})
            continue
        if not isinstance(finding, Finding) or finding.passed is not True:
            raise refused(gate, finding)
        figures = {"measured": finding.measured, "limit": finding.limit}
        found.append(about | {"verdict": "passed", **figures})
    return found


def refused(gate: Gate, finding: Any) -> GateRefusedError:
    """The error for a gate that does not pass."""
    figures = finding.figures if isinstance(finding, Finding) else "it found nothing"
    return GateRefusedError(
        f"The gate '{gate.name}' refused to publish: {figures}; the previous export stays in place."
    )
