"""The chart of the slowest stages."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from steamrec.report.pictures.canvas import SERIES, Picture, draw

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MAX_STAGES = 12


def slowest_stages(seconds: Sequence[tuple[str, float]]) -> Picture:
    """The slowest stages as bars, slowest first; `seconds` are (stage, seconds)."""
    slowest = sorted(seconds, key=lambda pair: -pair[1])[:MAX_STAGES]

    def paint(axes: "Axes") -> None:
        bars = axes.barh(
            [stage for stage, _ in slowest], [took for _, took in slowest], color=SERIES[0]
        )
        axes.bar_label(bars, [f"{took:,.1f} s" for _, took in slowest], padding=3, fontsize=8)
        axes.invert_yaxis()
        axes.margins(x=0.18)
        axes.grid(axis="y", visible=False)
        axes.set_xlabel("seconds")

    return draw("stages", "The slowest stages", paint, height=1.0 + 0.24 * len(slowest))
