"""Pictures of the training: loss and validation metric, epoch by epoch."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from steamrec.report.pictures.canvas import MARKERS, SERIES, Picture, draw

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MEASURES = {
    "loss": ("training-loss", "Training loss by epoch", "mean loss"),
    "validation_ndcg": (
        "validation",
        "Validation NDCG@10 by epoch (full catalogue)",
        "NDCG@10",
    ),
}


def training_curves(curves: Mapping[str, Sequence[Mapping[str, float]]]) -> list[Picture]:
    """A picture for each measure that any model's curve has; `curves` have one entry per epoch."""
    pictures = []
    for measure, (name, caption, label) in MEASURES.items():
        lines = {
            model: [(entry["epoch"] + 1, entry[measure]) for entry in curve if measure in entry]
            for model, curve in curves.items()
        }
        if any(lines.values()):
            pictures.append(_curves(name, caption, label, lines))
    return pictures


def _curves(
    name: str, caption: str, label: str, lines: Mapping[str, list[tuple[Any, float]]]
) -> Picture:
    def paint(axes: "Axes") -> None:
        from matplotlib.ticker import MaxNLocator

        for index, (model, points) in enumerate(lines.items()):
            if points:
                epochs, values = zip(*points, strict=True)
                axes.plot(
                    epochs,
                    values,
                    color=SERIES[index % len(SERIES)],
                    marker=MARKERS[index % len(MARKERS)],
                    label=model,
                )
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.set_xlabel("epoch")
        axes.set_ylabel(label)
        axes.legend()

    return draw(name, caption, paint)
