"""A published split, from its files to its metrics."""

import json
import math

import numpy as np
import pytest

from steamrec.pipeline.nightly import run_command

USERS, ITEMS, CANDIDATES = 60, 45, 20
pytestmark = pytest.mark.timeout(1_200)


def write_published(folder):
    """Ids of all kinds; returns owned[user], held[user] and candidates[user]."""
    rng = np.random.default_rng(3)
    users = [f"user {n}, ü" if n % 3 else str(10 * n) for n in range(USERS)]
    items = [f"item-{n}" if n % 2 else str(n) for n in range(ITEMS)]
    weights = 1 / np.arange(1, ITEMS + 1)
    weights /= weights.sum()
    owned, held, candidates = {}, {}, {}
    for number, user in enumerate(users):
        library = rng.choice(ITEMS, int(rng.integers(3, 12)), replace=False, p=weights)
        names = [items[item] for item in library]
        owned[user], held[user] = set(names[1:]), names[0]
        others = [name for name in items if name not in names]
        chosen = [str(name) for name in rng.choice(others, CANDIDATES, replace=False)]
        if number % 4 == 0:  # as published files have it: the user's own test item among them
            chosen[5] = held[user]
        candidates[user] = chosen
    with (folder / "train.csv").open("w") as file:
        file.write("user,item\n")
        file.writelines(f'"{user}",{item}\n' for user in users for item in sorted(owned[user]))
    with (folder / "holdout.csv").open("w") as file:
        file.write("user,item\n")
        file.writelines(f'"{user}",{item}\n' for user, item in held.items())
    with (folder / "negatives.jsonl").open("w") as file:
        file.writelines(
            json.dumps({"user": user, "items": chosen}) + "\n"
            for user, chosen in candidates.items()
        )
    return owned, held, candidates


def test_the_metrics_are_those_of_the_published_candidates(make_context, tmp_path):
    owned, held, candidates = write_published(tmp_path)
    settings = {
        "input.path": f"{tmp_path}/train.csv",
        "input.format": "interactions",
        "prepare.min_items": 1,
        "split.method": "given",
        "split.holdout_path": f"{tmp_path}/holdout.csv",
        "split.negatives_path": f"{tmp_path}/negatives.jsonl",
        "split.validation_users": 0,  # all of the file is fitted on
        "train.models": '["gmf"]',
        "train.epochs": 1,
    }
    context = make_context(*(f"{name}={value}" for name, value in settings.items()))
    for command in ("ingest", "prepare", "sample", "train", "evaluate"):
        run_command(command, context)
    owners = {
        item: sum(item in library for library in owned.values())
        for chosen in [*candidates.values(), held.values()]
        for item in chosen
    }
    ranks = []
    for user, item in held.items():
        others = set(candidates[user]) - {item}  # scored once, also where it stands among them
        ranks.append(1 + sum(owners[other] >= owners[item] for other in others))
    metrics = json.loads((tmp_path / "workspace/metrics.json").read_text())
    assert metrics["users"] == USERS
    found = {
        (row["metric"], row["k"]): row["value"]
        for row in metrics["results"]
        if (row["model"], row["protocol"]) == ("popularity", "sampled")
    }
    for k in (1, 5, 10):
        hits = [rank <= k for rank in ranks]
        gains = [hit / math.log2(rank + 1) for hit, rank in zip(hits, ranks, strict=True)]
        assert found["hr", k] == pytest.approx(np.mean(hits))
        assert found["ndcg", k] == pytest.approx(np.mean(gains))
