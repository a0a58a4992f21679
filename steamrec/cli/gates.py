"""What the published run's gates found, for people."""

from collections.abc import Sequence
from typing import Any

from steamrec.cli.terminal import clean


def gate_lines(gates: Sequence[dict[str, Any]] | None, short_lists: int | None) -> list[str]:
    """One line per gate of the run's record; one line when the record does not say (None)."""
    if gates is None or short_lists is None:
        return ["Gates: unknown, as the run's record does not say"]
    lines = [f"Gates: {len(gates)}, none refused; {short_lists:,} lists are shorter than export.k"]
    return [*lines, *(clean(f"  {_gate(gate)}") for gate in gates)]


def _gate(gate: dict[str, Any]) -> str:
    name, verdict = gate["gate"], gate["verdict"]
    if verdict == "passed":
        setting = f", gates.{gate['setting']}" if gate["setting"] else ""
        measured, limit = _value(gate["measured"]), _value(gate["limit"])
        return f"{name:<12}passed: {measured} (limit {limit}{setting})"
    if verdict == "off":
        return f"{name:<12}off (gates.{gate['setting']})"
    return f"{name:<12}not asked: {gate['why']}"


def _value(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.4f}"
    return f"{value:,}" if isinstance(value, int) else str(value)
