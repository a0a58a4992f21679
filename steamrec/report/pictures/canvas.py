"""The style of all charts, and their export as SVG inside a page.

The page's style sheet owns the colours: matplotlib draws with stand-ins, which the SVG then
names as CSS variables, so that one picture serves light and dark pages.
"""

import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Stand-ins: colours that no colour map makes by chance.
TEXT, RULE = "#0a0af0", "#0a0af1"
SERIES = tuple(f"#0b0ae{digit}" for digit in "01234567")
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*")
_VARIABLES = {TEXT: "currentColor", RULE: "var(--rule)"} | {
    color: f"var(--series-{index})" for index, color in enumerate(SERIES)
}
_STYLE: Any = {
    "svg.fonttype": "none",  # letters stay text: selectable, and in the page's own font
    "text.parse_math": False,  # a dollar sign is a dollar sign
    "font.size": 9,
    "font.family": "sans-serif",
    "text.color": TEXT,
    "axes.labelcolor": TEXT,
    "axes.titlecolor": TEXT,
    "axes.edgecolor": RULE,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": RULE,
    "grid.linewidth": 0.5,
    "xtick.color": RULE,
    "ytick.color": RULE,
    "xtick.labelcolor": TEXT,
    "ytick.labelcolor": TEXT,
    "legend.frameon": False,
    "legend.fontsize": 8,
    "lines.markersize": 4,
    "lines.linewidth": 1.4,
}
WIDTH, HEIGHT = 4.6, 3.0  # inches: letters stay readable when a phone shrinks the picture


@dataclass(frozen=True)
class Picture:
    """A drawn picture: a short name (an id in the page), what it shows, and its SVG."""

    name: str
    caption: str
    svg: str


def draw(
    name: str, caption: str, paint: "Callable[[Axes], None]", height: float = HEIGHT
) -> Picture:
    """The picture that `paint` draws on empty axes; equal input gives equal bytes."""
    import matplotlib
    from matplotlib.figure import Figure

    # Ids inside an SVG are hashes with this salt: pictures in one page never share one.
    with matplotlib.rc_context({**_STYLE, "svg.hashsalt": name}):
        figure = Figure(figsize=(WIDTH, height), layout="constrained")
        paint(figure.add_subplot())
        file = io.StringIO()
        nothing = {"Date": None, "Creator": None, "Format": None, "Type": None}
        figure.savefig(file, format="svg", transparent=True, metadata=nothing)
    return Picture(name, caption, _inline(file.getvalue(), caption))


def _inline(document: str, caption: str) -> str:
    """The <svg> element of a whole SVG file, sized by the page and with the page's colours."""
    from html import escape

    svg = document[document.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    box = re.search(r'viewBox="[^"]*"', svg)
    assert box is not None, "matplotlib always writes a viewBox"
    opening = f'<svg role="img" aria-label="{escape(caption)}" {box.group()}>'
    svg = opening + svg[svg.index(">") + 1 :]
    svg = re.sub(r'<g id="[A-Za-z0-9.]+_\d+">', "<g>", svg)  # "axes_1" would be in each picture
    for color, variable in _VARIABLES.items():
        svg = svg.replace(color, variable)
    return svg.strip()


def thousands(axis: Any) -> None:
    """Write an axis' numbers out with separators (a log axis has powers otherwise)."""
    from matplotlib.ticker import FuncFormatter, NullFormatter

    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
    axis.set_minor_formatter(NullFormatter())
