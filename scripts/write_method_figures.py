"""Write the table of figures in docs/method.md from a night's metrics.json.

python scripts/write_method_figures.py WORKSPACE/metrics.json
"""

import json
import re
import sys
from pathlib import Path
from typing import Any

TARGET = Path(__file__).parent.parent / "docs" / "method.md"
COLUMNS = (("full", "hr"), ("full", "ndcg"), ("sampled", "hr"), ("sampled", "ndcg"))
K = 10


def table(metrics: dict[str, Any]) -> str:
    """Every model's HR and NDCG with intervals, as Markdown."""
    found = {
        (row["model"], row["protocol"], row["metric"]): row
        for row in metrics["results"]
        if row["k"] == K
    }
    names = " | ".join(f"{metric.upper()}@{K}, {protocol}" for protocol, metric in COLUMNS)
    lines = [
        f"{metrics['users']:,} users, {metrics['items']:,} items, one held-out item each; 95 % "
        "intervals in brackets.",
        "",
        f"| model | {names} |",
        "|---" * (1 + len(COLUMNS)) + "|",
    ]
    for model in dict.fromkeys(row["model"] for row in metrics["results"]):
        cells = [found[model, protocol, metric] for protocol, metric in COLUMNS]
        shown = [
            f"{cell['value']:.4f} ({cell['ci95'][0]:.4f} to {cell['ci95'][1]:.4f})"
            for cell in cells
        ]
        lines.append(f"| {model} | {' | '.join(shown)} |")
    return "\n".join(lines)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python scripts/write_method_figures.py WORKSPACE/metrics.json")
    figures = table(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")))
    page = TARGET.read_text(encoding="utf-8")
    block = f"<!-- figures -->\n{figures}\n<!-- /figures -->"
    pattern = r"<!-- figures -->.*<!-- /figures -->"
    TARGET.write_text(re.sub(pattern, lambda _: block, page, flags=re.DOTALL), encoding="utf-8")
