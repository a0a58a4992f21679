"""The code of the documents: blocks of a Markdown page and cells of a notebook, run in order."""

import json
import re
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"


def code_blocks(page):
    """The ```python blocks of a page."""
    return re.findall(r"^```python\n(.*?)^```$", (DOCS / page).read_text(), re.M | re.S)


def code_cells(notebook):
    """The code cells of a notebook; they are plain Python, so no kernel is needed to run them."""
    cells = json.loads((DOCS / notebook).read_text())["cells"]
    return ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]


def run_in_order(name, pieces):
    """Run pieces of code in one namespace, which is returned."""
    namespace = {"__name__": "__main__"}
    for number, piece in enumerate(pieces):
        exec(compile(piece, f"{name}, piece {number}", "exec"), namespace)
    return namespace
