"""Evaluate: every model's ranks -> metrics.json."""

from itertools import product
from typing import Any

import numpy as np

from steamrec.data import tables
from steamrec.data.context import Context
from steamrec.evaluation.cold import cold_figures
from steamrec.evaluation.histograms import Histogram, RankCells, rank_cells
from steamrec.evaluation.lists import list_figures
from steamrec.evaluation.quartiles import size_parts, size_quartiles
from steamrec.evaluation.rank_tasks import FULL, SAMPLED, VALIDATION
from steamrec.models.registry import MODELS
from steamrec.pipeline.stage import Outcome
from steamrec.publish.model_choice import best_model
from steamrec.scoring.bootstrap import bootstrap_mean
from steamrec.scoring.metrics import METRICS, metric_values
from steamrec.workspace.receipts import digest

METRICS_FILE = "metrics.json"
CHOOSING = ("ndcg", 10)
BASELINES = tuple(name for name, spec in MODELS.items() if spec.baseline)


def run(context: Context, models: tuple[str, ...]) -> Outcome:
    """Write metrics.json for the night's models; popularity is always among them."""
    metrics = _metrics(context, models)
    context.workspace.write_json(METRICS_FILE, metrics)
    names = ("users", "users_without_candidates", "items")
    counts: dict[str, Any] = {name: metrics[name] for name in names}
    cold = [entry | {"protocol": "cold users"} for entry in metrics["cold"]]
    counts["cold users"] = max((entry["users"] for entry in cold), default=0)
    for entry in (*metrics["results"], *cold):
        if entry["k"] == 10 and entry["metric"] in ("hr", "ndcg"):
            low, high = entry["ci95"]
            label = f"{entry['model']} {entry['protocol']} {entry['metric']}@10"
            counts[label] = f"{entry['value']:.4f} ({low:.4f} to {high:.4f})"
    counts["best on validation"] = metrics["best"] or "none, as there are no validation users"
    return Outcome(hashes={METRICS_FILE: digest(metrics)}, counts=counts)


def _metrics(context: Context, models: tuple[str, ...]) -> dict[str, Any]:
    settings = context.settings.evaluate
    # The gates of the export always find the metric that they ask for.
    cutoffs = sorted({*settings.k, CHOOSING[1]})
    cap = max(cutoffs)
    ranks = {name: context.read(tables.ranks(name)) for name in models}
    bounds, parts = size_parts(context)
    baselines = [name for name in models if name in BASELINES]
    cells = rank_cells(ranks, parts, baselines, cap)
    histograms = {
        (name, protocol): cells.histogram(name, protocol)
        for name, protocol in product(models, (SAMPLED, FULL, VALIDATION))
    }
    results = [
        _result(context, histograms[name, protocol], metric, k)
        | {"model": name, "protocol": protocol}
        for name, protocol, metric, k in product(models, (SAMPLED, FULL), METRICS, cutoffs)
        if histograms[name, protocol].counts.sum()
    ]
    validation = {
        name: _result(context, histograms[name, VALIDATION], *CHOOSING)
        for name in models
        if histograms[name, VALIDATION].counts.sum()
    }
    best = best_model({name: entry["value"] for name, entry in validation.items()}, models)
    users = int(histograms["popularity", FULL].counts.sum())
    return {
        "users": users,
        # The sampled protocol is averaged over the others.
        "users_without_candidates": users - int(histograms["popularity", SAMPLED].counts.sum()),
        "items": context.count(tables.ITEMS),
        "best": best,
        "results": [_ordered(result) for result in results],
        "validation": validation,
        "paired": _paired(context, cells, models, validation),
        "lists": list_figures(context, ranks, settings.k),
        "by_library_size": size_quartiles(context, cells, bounds, models, settings.k),
        "cold": cold_figures(context, models, cutoffs),
    }


def _result(context: Context, histogram: Histogram, metric: str, k: int) -> dict[str, Any]:
    settings = context.settings.evaluate
    values = metric_values(metric, histogram.ranks, k)
    mean, low, high = bootstrap_mean(values, histogram.counts, settings.bootstrap, settings.seed)
    return {"metric": metric, "k": k, "value": mean, "ci95": [low, high]}


def _ordered(result: dict[str, Any]) -> dict[str, Any]:
    return {key: result[key] for key in ("model", "protocol", "metric", "k", "value", "ci95")}


def _paired(
    context: Context, cells: RankCells, models: tuple[str, ...], validation: dict[str, Any]
) -> list[dict[str, Any]]:
    """Each model against popularity and against the best baseline, user by user."""
    settings = context.settings.evaluate
    baselines = [name for name in validation if name in BASELINES]
    strongest = max(baselines, key=lambda name: validation[name]["value"], default="popularity")
    against = sorted({"popularity", strongest}, key=models.index)
    rows = []
    for name, other in product(models, against):
        if name == other:
            continue
        for protocol in (SAMPLED, FULL):
            joint = cells.joint(name, other, protocol)
            if not joint.counts.sum():
                continue
            for metric in METRICS:
                values = np.subtract(
                    metric_values(metric, joint.ranks, 10), metric_values(metric, joint.others, 10)
                )
                mean, low, high = bootstrap_mean(
                    values, joint.counts, settings.bootstrap, settings.seed
                )
                rows.append(
                    {
                        "model": name,
                        "against": other,
                        "protocol": protocol,
                        "metric": metric,
                        "k": 10,
                        "difference": mean,
                        "ci95": [low, high],
                    }
                )
    return rows
