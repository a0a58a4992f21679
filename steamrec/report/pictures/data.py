"""Pictures of the data: how large libraries are, how popular items are."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from steamrec.report.pictures.canvas import SERIES, TEXT, Picture, draw, thousands

if TYPE_CHECKING:
    from matplotlib.axes import Axes

BINS_A_DECADE = 8


def library_sizes(sizes: Sequence[tuple[int, int]], least: int) -> Picture:
    """Users by library size, on a log axis; `sizes` are (items, users), items from 1.

    A line is at `least`, the fewest items of a user on whom models are fitted.
    """
    items = np.array([size for size, _ in sizes if size > 0], float)
    users = np.array([count for size, count in sizes if size > 0], float)
    edges = size_edges(int(items.max(initial=1)))
    counts, _ = np.histogram(items, edges, weights=users)

    def paint(axes: "Axes") -> None:
        axes.stairs(counts, edges, fill=True, color=SERIES[0])
        axes.axvline(least - 0.5, color=TEXT, linewidth=1, linestyle="--")
        axes.set_xscale("log")
        axes.set_xlabel(f"items owned (dashed: {least}, the fewest that a model learns from)")
        axes.set_ylabel("users")
        thousands(axes.xaxis)
        thousands(axes.yaxis)

    return draw("library-sizes", "How many users own how many items", paint)


def size_edges(largest: int) -> npt.NDArray[np.float64]:
    """Edges between whole numbers, evenly spaced in the logarithm where those allow it."""
    decades = np.log10(largest + 1)
    count = max(2, round(decades * BINS_A_DECADE) + 1)
    edges: npt.NDArray[np.float64] = np.unique(np.ceil(np.logspace(0, decades, count))) - 0.5
    return edges


def popularity_curve(owners: Sequence[tuple[int, int]]) -> Picture:
    """Owners by the item's rank by popularity; `owners` are (owners, items with this many)."""
    falling = sorted((pair for pair in owners if pair[0] > 0), reverse=True)
    heights = np.array([height for height, _ in falling], float)
    positions = np.cumsum([items for _, items in falling])

    def paint(axes: "Axes") -> None:
        axes.plot(positions, heights, color=SERIES[0], drawstyle="steps-pre")
        axes.set_xscale("log")
        axes.set_yscale("log")
        axes.set_xlabel("the item's rank by popularity")
        axes.set_ylabel("owners")
        thousands(axes.xaxis)
        thousands(axes.yaxis)

    return draw("popularity", "Owners of each item, most popular first", paint)
