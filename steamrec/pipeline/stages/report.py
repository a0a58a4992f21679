"""Report: report.html, the night in one page."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from steamrec.data.context import Context
from steamrec.pipeline.stage import Outcome, Stage
from steamrec.settings import Settings
from steamrec.workspace.receipts import digest

REPORT_FILE = "report.html"
# They say when and how long, so equal nights differ in them.
UNHASHED = ("stages", "published", "refusal")


def report_stage(models: tuple[str, ...], stages: Sequence[str], facts: bool = False) -> Stage:
    """The stage "report" for the night's models; `stages` are those it tells of, in order.

    `facts`: whether the night knows facts about its items.
    """

    def run(context: Context) -> Outcome:
        from steamrec.report.data import collect
        from steamrec.report.page import render

        facts = collect(context, models, stages)
        page = render(facts).encode()
        context.workspace.write_bytes(REPORT_FILE, page)
        told = {name: value for name, value in facts.items() if name not in UNHASHED}
        counts = {"bytes": len(page), "path": context.workspace.path(REPORT_FILE)}
        return Outcome(hashes={REPORT_FILE: digest(told)}, counts=counts)

    def used(settings: Settings) -> dict[str, Any]:
        return settings.report.model_dump(mode="json")

    needs = ("ingest", "prepare", *(("facts",) if facts else ()), "evaluate", "export")
    return Stage("report", 3, (*needs, *(f"train/{name}" for name in models)), used, run)


def refused_report(report: Stage) -> Stage:
    """The stage `report` for a night whose export a gate refused."""
    return replace(report, needs=tuple(name for name in report.needs if name != "export"))
