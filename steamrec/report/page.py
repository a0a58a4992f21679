"""The page: the night's data and charts, through an escaping template, to one HTML file."""

from collections.abc import Mapping
from typing import Any

from steamrec.report.pictures.canvas import Picture
from steamrec.report.pictures.data import library_sizes, popularity_curve
from steamrec.report.pictures.genres import genre_shares
from steamrec.report.pictures.quality import by_cutoff, by_library_size, list_character
from steamrec.report.pictures.stages import slowest_stages
from steamrec.report.pictures.training import training_curves
from steamrec.report.style import STYLE
from steamrec.report.template import TEMPLATE
from steamrec.scoring.metrics import METRICS

PROTOCOLS = ("full", "sampled")


def render(night: Mapping[str, Any]) -> str:
    """The HTML of what `collect` gathered; equal data give equal text.

    The template escapes user ids, item names and reasons, so no data is markup.
    """
    import jinja2
    from markupsafe import Markup

    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["number"] = _number
    environment.filters["score"] = lambda value: f"{value:,.0f}" if value >= 1e4 else f"{value:.4g}"
    environment.filters["words"] = lambda name: name.replace("_", " ")
    pictures = {
        place: [{"picture": picture, "svg": Markup(picture.svg)} for picture in drawn]
        for place, drawn in _pictures(night).items()
    }
    return environment.from_string(TEMPLATE).render(
        night,
        style=Markup(STYLE),
        pictures=pictures,
        headline=headline(night["metrics"]["results"]),
        cold=cold_table(night["metrics"].get("cold", [])),
        empty=dict(night["sizes"]).get(0, 0),
    )


def _pictures(night: Mapping[str, Any]) -> dict[str, list[Picture]]:
    metrics = night["metrics"]
    names = shown_metrics()
    k = shown_cutoff(metrics["results"])
    return {
        "data": [
            library_sizes(night["sizes"], night["least_items"]),
            popularity_curve(night["owners"]),
        ],
        "training": training_curves(night["curves"]),
        "quality": [
            by_cutoff(metrics["results"], protocol, metric)
            for metric in names
            for protocol in PROTOCOLS
        ],
        "sizes": [by_library_size(metrics["by_library_size"], metric, k) for metric in names],
        "lists": [
            *(list_character(metrics["lists"], name, k) for name in ("coverage", "novelty")),
            *([genre_shares(night["genres"])] if night["genres"] else ()),
        ],
        "stages": [slowest_stages([(row["stage"], row["seconds"]) for row in night["stages"]])],
    }


def shown_metrics() -> list[str]:
    """The metrics of tables and pictures, by their names in metrics.json."""
    return [name for name, metric in METRICS.items() if metric.in_report]


def shown_cutoff(results: list[dict[str, Any]]) -> int:
    """The k of tables and single pictures: 10 where it was measured, else the largest."""
    cutoffs = {int(row["k"]) for row in results}
    return 10 if 10 in cutoffs else max(cutoffs)


def headline(results: list[dict[str, Any]]) -> dict[str, Any]:
    """The results table: its columns' names, and a row of (value, low, high) for each model."""
    k = shown_cutoff(results)
    cells = {
        (row["model"], row["protocol"], row["metric"]): (row["value"], *row["ci95"])
        for row in results
        if row["k"] == k
    }
    columns = [(protocol, metric) for protocol in PROTOCOLS for metric in shown_metrics()]
    models = list(dict.fromkeys(row["model"] for row in results))
    return {
        "k": k,
        "columns": [f"{METRICS[metric].label}@{k}, {protocol}" for protocol, metric in columns],
        "rows": [(model, [cells[model, *column] for column in columns]) for model in models],
    }


def cold_table(figures: list[dict[str, Any]]) -> dict[str, Any]:
    """The cold users' table: k, users, columns and rows as in `headline`; empty for none."""
    if not figures:
        return {}
    k = shown_cutoff(figures)
    cells = {
        (row["model"], row["metric"]): (row["value"], *row["ci95"])
        for row in figures
        if row["k"] == k
    }
    models = list(dict.fromkeys(row["model"] for row in figures))
    names = shown_metrics()
    return {
        "k": k,
        "users": figures[0]["users"],
        "columns": [f"{METRICS[metric].label}@{k}" for metric in names],
        "rows": [(name, [cells[name, metric] for metric in names]) for name in models],
    }


def _number(value: Any) -> str:
    return f"{value:,}" if isinstance(value, int) else str(value)
