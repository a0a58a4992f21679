"""What the published run's gates found, for people."""

from typing import Any

from steamrec.cli.terminal import clean
from steamrec.errors import RunError
from steamrec.publish.published_fields import lists_folder
from steamrec.workspace import Workspace


def gate_lines(workspace: Workspace, run: dict[str, Any]) -> list[str]:
    """One line per gate from the run's record; one line when the record does not say."""
    name = f"{lists_folder(run)}/_run.json"
    try:
        record = workspace.read_json(name)
        gates, short = record["gates"], record["short_lists"]
        lines = [f"Gates: {len(gates)}, none refused; {short:,} lists are shorter than export.k"]
        return [*lines, *(clean(f"  {_gate(gate)}") for gate in gates)]
    except (FileNotFoundError, RunError):
        return [f"Gates: unknown, as {workspace.path(name)} cannot be read"]
    except (KeyError, TypeError, ValueError, AttributeError):
        return ["Gates: unknown, as the run's record does not say"]


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
