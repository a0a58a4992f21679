"""One whole night on a made file through the command line, looked at from outside."""

import html
import json
import os
import subprocess
import sys

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from steamrec.models.registry import SERVES_NEW_USERS
from steamrec.synthetic.write import write_file
from tests.ingest.oracle import oracle
from tests.support.nights import SPARK_CONF

MODELS = ["popularity", "ease", "ranker", "als", "gmf", "mlp", "neumf"]
# The first test waits for the whole night, which a busy machine stretches.
pytestmark = pytest.mark.timeout(2_400)
CONFIG = """
[split]
validation_users = 300
[train]
models = ["ease", "ranker", "als", "gmf", "mlp", "neumf"]
epochs = 8
batch_size = 4096
learning_rate = 0.01
patience = 0
[train.als]
factors = 16
iterations = 3
"""


def steamrec(*arguments, **options):
    command = [sys.executable, "-m", "steamrec", *arguments]
    environment = os.environ | {"SPARK_CONF_DIR": str(SPARK_CONF), "STEAMREC_DEBUG": ""}
    return subprocess.run(command, capture_output=True, text=True, env=environment, **options)


@pytest.fixture(scope="module")
def night(tmp_path_factory):
    folder = tmp_path_factory.mktemp("night")
    write_file(1500, 5, str(folder / "raw.json"))
    (folder / "night.toml").write_text(CONFIG)
    arguments = [
        "nightly", "--config", f"{folder}/night.toml", "--workspace", f"{folder}/workspace",
        "--master", "local[2]", "--date", "2026-01-31", "--set", f"input.path={folder}/raw.json",
    ]  # fmt: skip
    run = steamrec(*arguments)
    assert run.returncode == 0, run.stderr
    return folder, arguments, run


def table(night, name):
    return pq.read_table(night[0] / "workspace" / name).to_pandas()


def libraries(night):
    """user_id -> the set of its item_ids, read from the raw file by Python."""
    owned = {}
    for line in (night[0] / "raw.json").read_bytes().splitlines():
        record = oracle(line)
        owned.setdefault(record["user_id"], set()).update(i["item_id"] for i in record["items"])
    return owned


def test_everybody_gets_a_list_of_games_they_do_not_own(night):
    owned = libraries(night)
    latest = json.loads((night[0] / "workspace/exports/latest.json").read_text())
    assert latest["path"].startswith("exports/dt=2026-01-31/run=")
    lists = table(night, latest["path"])
    assert latest["date"] == "2026-01-31"
    assert latest["rows"] == len(lists)
    assert latest["users"] == len(owned) == 1500
    assert set(lists.user_id) == set(owned)
    for user, rows in lists.sort_values("rank").groupby("user_id"):
        assert rows["rank"].tolist() == list(range(1, len(rows) + 1))
        assert len(rows) == 10 == rows.item_id.nunique()
        assert not owned[user] & set(rows.item_id)
        assert np.isfinite(rows.score).all()
        assert (np.diff(rows.score) <= 0).all()
    known = {user for user, items in owned.items() if len(items) >= 5}
    if latest["model"] in SERVES_NEW_USERS:
        catalogue = set(table(night, "items").item_id)
        known |= {user for user, items in owned.items() if len(items & catalogue) >= 2}
    sources = lists.groupby("user_id").source.first()
    assert set(sources[sources == "popularity"].index) == set(owned) - known
    assert set(sources[list(known)]) == {latest["model"]}


def test_the_split_keeps_the_rules(night):
    interactions = table(night, "interactions")
    train, holdout = table(night, "train"), table(night, "holdout")
    pairs = set(zip(interactions.user, interactions.item, strict=True))
    kept = set(zip(train.user, train.item, strict=True))
    held = set(zip(holdout.user, holdout.item, strict=True))
    assert kept | held == pairs
    assert not kept & held
    assert holdout.user.is_unique
    negatives = table(night, "negatives/eval")
    assert sorted(negatives.user) == sorted(holdout.user)
    for user, items in zip(negatives.user, negatives["items"], strict=True):
        assert len(set(items)) == len(items) == 100
        assert not any((user, item) in pairs for item in items)
    for epoch in (0, 7):
        rows = table(night, f"negatives/train/epoch={epoch}")
        fitted = train[~train.validation]
        positives = sorted(zip(rows.user, rows.item, strict=True))
        assert positives == sorted(zip(fitted.user, fitted.item, strict=True))
        for column in range(4):
            drawn = set(zip(rows.user, rows[f"negative_{column}"], strict=True))
            assert not drawn & pairs


def test_metrics_have_the_published_form(night):
    metrics = json.loads((night[0] / "workspace/metrics.json").read_text())
    assert metrics["users"] == len(table(night, "users"))
    assert metrics["items"] == len(table(night, "items"))
    results = pd.DataFrame(metrics["results"])
    assert set(results.model) == set(MODELS)
    keys = results.groupby(["model", "protocol", "metric", "k"]).size()
    assert len(keys) == len(MODELS) * 2 * 3 * 4
    assert keys.max() == 1
    assert all(low <= value <= high for value, (low, high) in zip(
        results.value, results.ci95, strict=True))  # fmt: skip
    assert metrics["best"] in MODELS
    assert {row["model"] for row in metrics["lists"]} == set(MODELS)
    assert all(0 < row["coverage"] <= 1 for row in metrics["lists"])
    quartiles = {tuple(row["items"]) for row in metrics["by_library_size"]}
    assert len(quartiles) == 4


def test_the_metrics_are_those_of_the_ranks(night):
    """Popularity's full-catalogue figures, counted again from the tables by brute force."""
    train, holdout = table(night, "train"), table(night, "holdout")
    counts = np.bincount(train[~train.validation].item, minlength=len(table(night, "items")))
    known = train.groupby("user").item.apply(set)
    hits, gains = [], []
    for user, item in zip(holdout.user, holdout.item, strict=True):
        others = [i for i in range(len(counts)) if i != item and i not in known[user]]
        rank = 1 + sum(counts[other] >= counts[item] for other in others)
        hits.append(rank <= 10)
        gains.append(1 / np.log2(rank + 1) if rank <= 10 else 0)
    metrics = json.loads((night[0] / "workspace/metrics.json").read_text())
    found = {
        row["metric"]: row["value"]
        for row in metrics["results"]
        if (row["model"], row["protocol"], row["k"]) == ("popularity", "full", 10)
    }
    assert found["hr"] == pytest.approx(np.mean(hits))
    assert found["ndcg"] == pytest.approx(np.mean(gains))


def test_the_models_beat_popularity_on_what_can_be_learnt(night):
    metrics = json.loads((night[0] / "workspace/metrics.json").read_text())
    differences = {
        (row["model"], row["metric"]): row["ci95"][0]
        for row in metrics["paired"]
        if row["against"] == "popularity" and row["protocol"] == "full"
    }
    for model in ("ease", "neumf"):
        assert differences[model, "ndcg"] > 0, differences


def test_models_are_plain_arrays_and_json(night):
    models = night[0] / "workspace/models"
    assert sorted(path.name for path in models.iterdir()) == sorted([*MODELS, "refit"])
    for path in models.rglob("*.*"):
        assert path.suffix in (".npy", ".npz", ".json"), path
        if path.suffix != ".json":
            np.load(path, allow_pickle=False)
    about = json.loads((models / "neumf/model.json").read_text())
    assert len(about["curve"]) == 8
    assert about["settings"]["hidden"] == [64, 32, 16, 8]


def test_each_stage_leaves_a_receipt_that_reconciles(night):
    receipts = night[0] / "workspace/receipts"
    names = {path.relative_to(receipts).as_posix() for path in receipts.rglob("*.json")}
    assert {"ingest.json", "prepare.json", "split.json", "sample.json", "train/gmf.json",
            "rank/gmf.json", "evaluate.json", "export.json", "report.json"} <= names  # fmt: skip
    ingest = json.loads((receipts / "ingest.json").read_text())
    lines = len((night[0] / "raw.json").read_bytes().splitlines())
    assert ingest["counts"]["lines"] == lines == ingest["outputs"]["libraries"]["rows"]
    assert f"lines: {lines:,}" in night[2].stderr


def test_the_report_tells_of_the_night(night):
    page = (night[0] / "workspace/report.html").read_text()
    metrics = json.loads((night[0] / "workspace/metrics.json").read_text())
    for row in metrics["results"]:
        if row["k"] == 10 and row["metric"] == "ndcg":
            assert f"{row['value']:.4f}" in page
    assert page.count("<svg") == 13
    latest = json.loads((night[0] / "workspace/exports/latest.json").read_text())
    lists = table(night, latest["path"])
    shown = [user for user in set(lists.user_id) if f"<h3>{user}</h3>" in page]
    assert len(shown) == 4
    for name in lists[lists.user_id.isin(shown) & (lists["rank"] == 1)].item_name:
        assert html.escape(name).replace("&#x27;", "&#39;").replace("&quot;", "&#34;") in page


def test_a_finished_night_is_not_repeated(night):
    before = (night[0] / "workspace/exports/latest.json").read_bytes()
    again = steamrec(*night[1])
    assert again.returncode == 0, again.stderr
    assert "started" not in again.stderr
    assert again.stderr.count("up to date") >= 10
    assert (night[0] / "workspace/exports/latest.json").read_bytes() == before


def test_status_tells_of_a_finished_night(night):
    options = ["--workspace", f"{night[0]}/workspace", "--date", "2026-01-31"]
    kept = steamrec("status", *options)
    assert kept.returncode == 0, kept.stderr
    assert "would run nothing" in kept.stdout
    assert ", none refused; 0 lists are shorter" in kept.stdout
    given = ["--config", night[1][2], "--set", f"input.path={night[0]}/raw.json"]
    assert "would run nothing" in steamrec("status", *options, *given).stdout
    changed = steamrec("status", *options, *given, "--set", "export.k=5").stdout
    assert changed.endswith("would run export, report.\n")


def test_recommend_prints_the_published_list(night):
    user = next(iter(libraries(night)))
    shown = steamrec("recommend", user, "--workspace", f"{night[0]}/workspace")
    assert shown.returncode == 0
    assert len(shown.stdout.splitlines()) == 11
    owner = max(libraries(night).items(), key=lambda pair: len(pair[1]))[0]
    leaning = steamrec("recommend", owner, "--workspace", f"{night[0]}/workspace")
    assert "because of" in leaning.stdout
    unknown = steamrec("recommend", "nobody", "--workspace", f"{night[0]}/workspace")
    assert unknown.returncode == 2
    assert "nobody" in unknown.stderr
