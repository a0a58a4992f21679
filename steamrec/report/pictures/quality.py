"""Pictures of the rankings' quality: by cut-off, by library size; lists by coverage, novelty."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from steamrec.report.pictures.canvas import MARKERS, SERIES, Picture, draw
from steamrec.scoring.metrics import METRICS

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Rows = Sequence[Mapping[str, Any]]
PROTOCOL_NAMES = {"sampled": "among sampled negatives", "full": "full catalogue"}


def by_cutoff(rows: Rows, protocol: str, metric: str) -> Picture:
    """A metric under a protocol by k: a line per model, with 95 % intervals as bars."""
    label = METRICS[metric].label
    selected = [row for row in rows if (row["protocol"], row["metric"]) == (protocol, metric)]
    caption = f"{label}@k, {PROTOCOL_NAMES[protocol]}"

    def paint(axes: "Axes") -> None:
        for index, model in enumerate(_models(selected)):
            points = sorted((r for r in selected if r["model"] == model), key=lambda r: r["k"])
            _line(axes, index, model, [float(point["k"]) for point in points], points)
        axes.set_xscale("log")
        cutoffs = sorted({row["k"] for row in selected})
        axes.set_xticks(cutoffs, [str(k) for k in cutoffs], minor=False)
        axes.set_xticks([], minor=True)
        axes.set_ylim(bottom=0)
        axes.set_xlabel("k")
        axes.set_ylabel(f"{label}@k")
        axes.legend()

    return draw(f"{metric}-{protocol}", caption, paint)


def by_library_size(rows: Rows, metric: str, k: int) -> Picture:
    """A metric over the full catalogue for the quartiles of library size."""
    label = f"{METRICS[metric].label}@{k}"
    selected = [row for row in rows if (row["metric"], row["k"]) == (metric, k)]
    sizes = sorted({tuple(row["items"]) for row in selected})
    models = _models(selected)

    def paint(axes: "Axes") -> None:
        for index, model in enumerate(models):
            points = sorted((r for r in selected if r["model"] == model), key=lambda r: r["items"])
            # Side by side, so that intervals do not cover each other.
            shift = 0.08 * (index - (len(models) - 1) / 2)
            positions = [sizes.index(tuple(point["items"])) + shift for point in points]
            _line(axes, index, model, positions, points)
        names = [f"{low:,}-{high:,}" for low, high in sizes]
        axes.set_xticks(range(len(sizes)), names)
        axes.set_ylim(bottom=0)
        axes.set_xlabel("items owned (quartiles of the users)")
        axes.set_ylabel(label)
        axes.legend()

    return draw(f"{metric}-by-size", f"{label} by library size, full catalogue", paint)


def list_character(rows: Rows, figure: str, k: int) -> Picture:
    """Coverage or novelty of each model's first k, as bars."""
    selected = [row for row in rows if row["k"] == k]
    captions = {
        "coverage": f"Fraction of the catalogue in the lists of {k} of all users",
        "novelty": f"Novelty of the lists of {k}: mean -log2(owners / users), bits",
    }

    def paint(axes: "Axes") -> None:
        models = _models(selected)
        values = [row[figure] for row in selected]
        colors = [SERIES[index % len(SERIES)] for index in range(len(models))]
        bars = axes.barh(models, values, color=colors)
        axes.bar_label(bars, [_short(value) for value in values], padding=3, fontsize=8)
        axes.invert_yaxis()
        axes.margins(x=0.15)
        axes.grid(axis="y", visible=False)
        axes.set_xlabel(figure)

    return draw(figure, captions[figure], paint, height=1.1 + 0.28 * len(_models(selected)))


def _short(value: float) -> str:
    return f"{value:.3f}" if value < 1 else f"{value:.2f}"


def _line(axes: "Axes", index: int, model: str, positions: list[float], points: Rows) -> None:
    values = [point["value"] for point in points]
    below = [max(0.0, point["value"] - point["ci95"][0]) for point in points]
    above = [max(0.0, point["ci95"][1] - point["value"]) for point in points]
    axes.errorbar(
        positions,
        values,
        yerr=[below, above],
        color=SERIES[index % len(SERIES)],
        marker=MARKERS[index % len(MARKERS)],
        linestyle="--" if model == "popularity" else "-",
        capsize=2,
        label=model,
    )


def _models(rows: Rows) -> list[str]:
    return list(dict.fromkeys(str(row["model"]) for row in rows))
