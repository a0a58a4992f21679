"""What a next night would run and why, without running anything."""

from collections.abc import Iterable
from dataclasses import dataclass

from steamrec.data.context import Context
from steamrec.errors import UsageError
from steamrec.pipeline.rule import reason_to_run
from steamrec.pipeline.stage import Stage
from steamrec.workspace import Receipt
from steamrec.workspace.receipts import load_receipt


@dataclass(frozen=True)
class Planned:
    """One stage of the night; `reason` says why it would run, empty when it would not."""

    name: str
    receipt: Receipt | None
    reason: str

    @property
    def rows(self) -> int | None:
        """The rows of its tables; None when it never ran or writes no table."""
        outputs = self.receipt.outputs.values() if self.receipt else ()
        counted = [output["rows"] for output in outputs if "rows" in output]
        return sum(counted) if counted else None


def plan(stages: Iterable[Stage], context: Context) -> list[Planned]:
    """The stages in order, each judged by the rule that the runner follows.

    A stage behind one that would run is said to follow it; when the output of that one turns out
    to be the same, the night leaves it alone after all.
    """
    planned: list[Planned] = []
    for stage in stages:
        receipt = load_receipt(context.workspace, stage.name)
        before = [other.name for other in planned if other.reason and other.name in stage.inputs]
        if receipt is not None and before:
            reason = f"it follows {before[0]}"
        else:
            reason = _reason(stage, context)
        planned.append(Planned(stage.name, receipt, reason))
    return planned


def _reason(stage: Stage, context: Context) -> str:
    try:
        return reason_to_run(stage, context)
    except UsageError as error:  # an input from outside is missing: the night would end there
        return str(error)
