"""Report: report.html, the night in one page."""

from steamrec.data.context import Context
from steamrec.pipeline.stage import Outcome
from steamrec.workspace.receipts import digest

REPORT_FILE = "report.html"
# They say when and how long, so equal nights differ in them.
UNHASHED = ("stages", "published", "refusal")


def run(context: Context, models: tuple[str, ...], stages: tuple[str, ...]) -> Outcome:
    """Write report.html about the night's models and its `stages`, in order."""
    from steamrec.report.data import collect
    from steamrec.report.page import render

    night = collect(context, models, stages)
    page = render(night).encode()
    context.workspace.write_bytes(REPORT_FILE, page)
    hashed = {name: value for name, value in night.items() if name not in UNHASHED}
    counts = {"bytes": len(page), "path": context.workspace.path(REPORT_FILE)}
    return Outcome(hashes={REPORT_FILE: digest(hashed)}, counts=counts)
