"""The chart of genres: fractions of owned and of recommended items."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from steamrec.report.pictures.canvas import SERIES, Picture, draw

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MAX_GENRES = 12
NAME_LENGTH = 24


def genre_shares(genres: Sequence[Mapping[str, Any]]) -> Picture:
    """Two bars for each of the first genres; they are dicts of genre, owned and listed (shares)."""
    shown = genres[:MAX_GENRES]
    rows = np.arange(len(shown))

    def paint(axes: "Axes") -> None:
        for bar, (share, label) in enumerate((("owned", "games owned"), ("listed", "lists"))):
            widths = [100 * entry[share] for entry in shown]
            axes.barh(rows + 0.4 * bar, widths, 0.38, color=SERIES[bar], label=label)
        axes.set_yticks(rows + 0.2, [entry["genre"][:NAME_LENGTH] for entry in shown])
        axes.invert_yaxis()
        axes.grid(axis="y", visible=False)
        axes.set_xlabel("% of games (which may have several genres)")
        axes.legend()

    caption = "What is owned and what is recommended, by genre"
    return draw("genres", caption, paint, height=1.0 + 0.3 * len(shown))
