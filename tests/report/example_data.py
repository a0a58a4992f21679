"""The report data of a small night, made up; names and ids may be hostile."""

from itertools import product
from typing import Any

HOSTILE = "<script>window.hacked=1</script><img src=x onerror=window.hacked=1>\"'&{{ 7*7 }}"
MODELS = ("popularity", "ease", "gmf", "neumf")


def make_facts(name: str = "Half-Life", user_id: str = "someone") -> dict[str, Any]:
    def figure(index: int, k: int) -> dict[str, Any]:
        value = min(0.9, 0.05 * (index + 1) * k**0.5)
        return {"k": k, "value": value, "ci95": [value - 0.01, value + 0.01]}

    results = [
        {"model": model, "protocol": protocol, "metric": metric} | figure(index, k)
        for (index, model), protocol, metric, k in product(
            enumerate(MODELS), ("sampled", "full"), ("hr", "ndcg", "mrr"), (1, 5, 10, 20)
        )
    ]
    sizes = [
        {"model": model, "items": [low, high], "users": 9, "metric": metric} | figure(index, 10)
        for (index, model), (low, high), metric in product(
            enumerate(MODELS), ((5, 9), (10, 40), (41, 99), (100, 3000)), ("hr", "ndcg")
        )
    ]
    lists = [
        {"model": model, "k": k, "coverage": 0.1 + 0.1 * index, "novelty": 1.0 + index}
        for (index, model), k in product(enumerate(MODELS), (1, 5, 10, 20))
    ]
    curve = [{"epoch": e, "loss": 1 / (e + 1), "validation_ndcg": 0.1 * e} for e in range(4)]
    entry = {"item_id": "7", "item_name": name, "score": 1.25, "source": "neumf", "about": name}
    return {
        "published": {
            "date": "2026-01-31", "run_id": "r1", "model": "neumf", "users": 36, "rows": 360,
        },
        "refusal": None,
        "metrics": {
            "users": 36, "items": 50, "best": "neumf", "results": results,
            "by_library_size": sizes, "lists": lists,
        },
        "counts": {
            "ingest": {"lines": 41, "quarantined_lines": 2}, "prepare": {"users_kept": 36},
            "split": {},
            "item_metadata": {"catalogue_items": 50, "catalogue_items_with_metadata": 40},
            "sample": {}, "export": {"short_lists": 0, "refitted": True},
        },
        "refused": [{"reason": name, "lines": 2}],
        "least_items": 5,
        "sizes": [(0, 3), (1, 4), (5, 10), (60, 30), (3000, 1)],
        "owners": [(1, 30), (5, 12), (300, 3)],
        "top_items": [{"item_id": "7", "item_name": name, "owners": 300}],
        "genres": [
            {"genre": name, "owned": 0.7, "listed": 0.4},
            {"genre": "RPG", "owned": 0.2, "listed": 0.9},
        ],
        "curves": {"popularity": [], "ease": [], "gmf": curve, "neumf": curve},
        "users": [
            {"user_id": user_id, "items": 7, "owned": [name, name], "list": [entry | {"rank": 1}]}
        ],
        "stages": [
            {"stage": f"train/{model}", "seconds": 2.5, "finished": "2026-01-31T01:02:03+00:00",
             "rows": 1000} for model in MODELS
        ],
    }  # fmt: skip
