"""An export that leaves items out, beside one that does not, from a tiny workspace."""

import random
from pathlib import Path

import pytest

from steamrec.cli.gates import gate_lines
from steamrec.data import tables
from steamrec.data.context import Context
from steamrec.data.tables import Table
from steamrec.errors import GateRefusedError
from steamrec.models.settings import load_settings
from steamrec.pipeline import declarations
from steamrec.pipeline.runner import run_stage
from steamrec.pipeline.stages import export
from steamrec.publish.gates.check import GATES
from steamrec.publish.pointer import POINTER, read_pointer
from steamrec.publish.rollback import roll_back
from steamrec.publish.runs import all_runs
from steamrec.report.item_metadata import known_genres
from steamrec.report.sample_users import shown_users
from steamrec.workspace import Workspace
from tests.support.libraries import library, write_libraries

ITEMS = 12
K = 3
# item_id -> facts; the others have none.
FACTS = {
    "1": {"genres": ["Action"], "tags": ["Nudity"], "price": 9.99},
    "2": {"genres": ["Action", "RPG"], "price": "Free to Play"},
    "3": {"genres": ["RPG"], "tags": ["gore"], "price": 30.0},
    "4": {"genres": ["RPG"], "price": 20.0},
    "5": {"tags": ["GORE"]},
    "6": {"price": "Third-party"},
}
GIVEN = ('export.exclude_tags=["nudity","Gore"]', "export.max_price=25", "export.min_price=0.5")
EXCLUDED = {"1", "2", "3", "5"}
# Overlap and rows are compared with the run before, which is another thing here.
OPEN = ("gates.min_overlap=0.0", "gates.max_row_change=100.0", "split.validation_users=2")
NDCG = [
    {"model": model, "protocol": "full", "metric": "ndcg", "k": 10, "value": 0.1}
    for model in ("popularity", "ease")
]


def libraries():
    """Known users, one of whom owns all that may be listed, and users that no model knows."""
    dice = random.Random(3)
    owned = {f"known{n}": dice.sample(range(1, ITEMS + 1), dice.randint(5, 8)) for n in range(30)}
    owned |= {"all": [n for n in range(1, ITEMS + 1) if str(n) not in EXCLUDED]}
    owned |= {"cold0": [], "cold1": [4], "cold2": [2, 7], "cold3": [1, 4, 9]}
    return {user: [str(n) for n in items] for user, items in owned.items()}


@pytest.fixture(scope="module")
def make(spark, tmp_path_factory):
    """Contexts on one trained workspace, with other settings of the export each."""
    folder = tmp_path_factory.mktemp("filtered")
    path = folder / "games.json"
    path.write_text("".join(f"{ {'id': item} | about!r}\n" for item, about in FACTS.items()))

    def context(*overrides):
        settings = load_settings(None, [f"input.items_path='{path}'", *OPEN, *overrides])
        workspace = Workspace(str(folder / "workspace"))
        return Context(settings, workspace, master="local[2]", date="2026-01-31")

    first = context()
    rows = [
        library(user, [(item, 1) for item in items], row)
        for row, (user, items) in enumerate(libraries().items())
    ]
    write_libraries(first, rows)
    models = [declarations.train(name) for name in ("popularity", "ease")]
    for stage in (declarations.PREPARE, declarations.SPLIT, declarations.METADATA, *models):
        run_stage(stage, first)
    return context


def export_lists(context, model):
    """The published lists: user_id -> [(item_id, score, source), ...], best first."""
    context.workspace.write_json("metrics.json", {"best": model, "validation": {}, "results": NDCG})
    outcome = export.run(context, ("popularity", "ease"))
    rows = context.read(Table(outcome.tables[0].name, tables.EXPORT.columns)).collect()
    lists = {user: [] for user in libraries()}
    for row in sorted(rows, key=lambda row: row["rank"]):
        assert row["rank"] == len(lists[row.user_id]) + 1
        lists[row.user_id].append((row.item_id, row.score, row.source))
    return lists, outcome.counts


@pytest.mark.parametrize("model", ["ease", "popularity"])
def test_the_rest_of_every_list_stays_as_it_was(make, model):
    whole, _ = export_lists(make(f"export.k={ITEMS}"), model)
    assert any(item in EXCLUDED for items in whole.values() for item, *_ in items[:K])
    context = make(f"export.k={K}", *GIVEN)
    short, counts = export_lists(context, model)
    assert counts["excluded_items"] == len(EXCLUDED)
    for user, items in whole.items():
        assert short[user] == [entry for entry in items if entry[0] not in EXCLUDED][:K]
        free = ITEMS - len(EXCLUDED | set(libraries()[user]))
        assert len(short[user]) == min(K, free)
    # Whoever owns all that may be listed has no list, and that is no fault.
    assert short["all"] == []
    sources = {user: items[0][2] for user, items in short.items() if items}
    assert sources["cold0"] == sources["cold1"] == "popularity"
    assert sources["cold2"] == sources["known0"] == model


def test_the_report_tells_genres_and_prices(make):
    context = make(f"export.k={ITEMS}")
    lists, _ = export_lists(context, "ease")
    published = context.workspace.read_json("exports/latest.json")
    counted = known_genres(context, published)
    genres = {item: about["genres"] for item, about in FACTS.items() if "genres" in about}
    places = [item for items in lists.values() for item, *_ in items if item in genres]
    kept = [items for items in libraries().values() if len(items) >= 5]
    games = [item for items in kept for item in items if item in genres]
    assert {row["genre"] for row in counted} == {"Action", "RPG"}
    for row in counted:
        for share, of in (("owned", games), ("listed", places)):
            wanted = sum(row["genre"] in genres[item] for item in of) / len(of)
            assert row[share] == pytest.approx(wanted)
    assert counted == known_genres(context, published)
    assert counted[0]["owned"] >= counted[1]["owned"]
    shown = [row for user in shown_users(context, published) for row in user["list"]]
    about = {row["item_id"]: row["about"] for row in shown}
    wanted = {"1": "$9.99 · Action", "2": "free · Action, RPG", "5": "", "6": "", "7": ""}
    assert {item: text for item, text in about.items() if item in wanted}.items() <= wanted.items()
    assert any(about.values())
    without = make("input.items_path=''")
    assert known_genres(without, published) == []


def test_the_same_lists_are_published_once_and_not_after_a_rollback(make):
    context = make("export.k=5")
    export_lists(context, "ease")
    pointer = context.workspace.content(POINTER)
    runs = all_runs(context.workspace)
    again = export.run(context, ("popularity", "ease"))
    assert context.workspace.content(POINTER) == pointer
    assert all_runs(context.workspace) == runs
    assert all_runs(context.workspace, "serving") == runs
    assert again.counts["run_id"] == read_pointer(context.workspace)["run_id"]
    parts = Path(context.workspace.path(again.tables[0].name)).glob("*.parquet")
    part = max(parts, key=lambda file: file.stat().st_size)  # others may be empty
    part.with_name("added.parquet").write_bytes(part.read_bytes())
    with pytest.raises(GateRefusedError, match="does not hold"):
        export.run(context, ("popularity", "ease"))
    part.with_name("added.parquet").unlink()
    other = make("export.k=4")
    export_lists(other, "ease")
    assert roll_back(context.workspace)["run_id"] == again.counts["run_id"]
    with pytest.raises(GateRefusedError, match=r"The gate 'rolled_back' refused .* are those of"):
        export.run(other, ("popularity", "ease"))
    assert read_pointer(context.workspace)["run_id"] == again.counts["run_id"]
    told = export.run(make("export.k=4", "gates.rolled_back=false"), ("popularity", "ease"))
    assert read_pointer(context.workspace)["run_id"] == told.counts["run_id"]
    assert [gate["gate"] for gate in told.counts["gates"]] == [gate.name for gate in GATES]
    record = context.workspace.read_json(f"{told.tables[0].name}/_run.json")
    assert record["gates"] == told.counts["gates"]
    lines = gate_lines(record["gates"], record["short_lists"])
    assert "rolled_back off (gates.rolled_back)" in " ".join(" ".join(lines).split())
