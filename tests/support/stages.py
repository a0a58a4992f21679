"""Stages whose work is a function of the test."""

from collections.abc import Callable
from typing import Any

from steamrec.data.context import Context
from steamrec.pipeline.stage import Outcome, Stage


class _FunctionStage(Stage):
    def start(self, context: Context) -> Outcome:
        work: Callable[[Context], Outcome] = self.arguments["work"]
        return work(context)


def stage_of(name: str, work: Callable[[Context], Outcome], inputs: tuple[str, ...] = ()) -> Any:
    """A stage without settings that runs `work`."""
    return _FunctionStage(name, name, name, inputs, "steamrec:none", arguments={"work": work})
