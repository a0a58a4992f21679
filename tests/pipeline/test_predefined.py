"""A published split against the training pairs: what fits, and what is done with the rest."""

import json
from collections import defaultdict

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from steamrec.data import tables
from steamrec.errors import RunError, SteamrecError, UsageError
from steamrec.ingest.predefined_entries import split_entries
from steamrec.ingest.predefined_holdout import check_holdout, holdout_figures
from steamrec.ingest.predefined_negatives import check_negatives, negatives_figures
from steamrec.ingest.unmatched import Unreadable, figures
from steamrec.pipeline import declarations
from steamrec.pipeline.runner import run_stage
from steamrec.settings.reading import SplitSettings
from tests.support.libraries import library, write_libraries

USERS = 20
# Everybody owns item 1 and one item of their own.
ROWS = [library(str(1000 + n), [("1", 0), (str(10 + n), 0)], n) for n in range(USERS)]


@pytest.fixture
def publish(make_context, tmp_path):
    """A function that writes a split beside ROWS; returns a context that has ingested them."""

    def write(holdout, negatives, *overrides, folder="workspace"):
        (tmp_path / "holdout.csv").write_text(
            "user,item\n" + "".join(f"{a},{b}\n" for a, b in holdout)
        )
        lines = (json.dumps({"user": user, "items": items}) + "\n" for user, items in negatives)
        (tmp_path / "negatives.jsonl").write_text("".join(lines))
        context = make_context(
            "split.method=given",
            f"split.holdout_path={tmp_path}/holdout.csv",
            f"split.negatives_path={tmp_path}/negatives.jsonl",
            'train.models=["ease"]',
            *overrides,
            folder=folder,
        )
        write_libraries(context, ROWS)
        return context

    return write


def held(n):
    return 1000 + n, 10 + (n + 1) % USERS


HOLDOUT = [held(n) for n in range(USERS)]
NEGATIVES = [(1000 + n, [10 + (n + 2) % USERS, 10 + (n + 3) % USERS]) for n in range(USERS)]


def test_what_does_not_fit_is_counted_and_left_out(publish, tmp_path):
    holdout = [
        *HOLDOUT[:16],
        (1016, 26),  # a training pair
        (1017, 99),  # no one's item
        ("stranger", 10),
        ("", 10),
        HOLDOUT[0],  # once more
    ]
    negatives = [
        (
            1000,
            [12, 12, 13, 11, None, 10, "14.0", 98],
        ),  # repeated, held out, owned, other form, new
        (1000, [14, 12]),
        *NEGATIVES[1:10],
        (1019, [12]),  # nothing held out
        ("stranger", [12]),
        (1015, [HOLDOUT[15][1]]),  # the held-out item alone
    ]
    context = publish(holdout, negatives, "split.max_unmatched_fraction=0.3")
    counts = run_stage(declarations.PREPARE, context).counts
    for stage in (declarations.SPLIT, declarations.SAMPLE):
        run_stage(stage, context)
    users = {row.user: row.user_id for row in context.read(tables.USERS).collect()}
    items = {row.item: row.item_id for row in context.read(tables.ITEMS).collect()}
    assert len(users) == USERS
    assert "14.0" not in items.values() and {"98", "99"} <= set(items.values())

    def pairs(table):
        return {(users[row.user], items[row.item]) for row in context.read(table).collect()}

    expected = {(str(a), str(b)) for a, b in [*HOLDOUT[:16], (1016, 26), (1017, 99)]}
    assert pairs(tables.HOLDOUT) == expected
    owned = {(row[0], item[0]) for row in ROWS for item in row[4]}
    assert pairs(tables.TRAIN) == owned - expected
    candidates = {
        users[row.user]: [items[item] for item in row["items"]]
        for row in context.read(tables.EVAL_NEGATIVES).collect()
    }
    assert sorted(candidates.pop("1000")) == ["11", "12", "13", "14", "98"]
    assert candidates.pop("1015") == [str(HOLDOUT[15][1])]
    assert candidates == {str(user): [str(i) for i in own] for user, own in NEGATIVES[1:10]}
    figures = {
        "pairs_merged": 0,
        "holdout_pairs_given": 19,
        "holdout_pairs_added": 17,
        "holdout_rows_unreadable": 1,
        "holdout_users_unknown": 1,
        "holdout_only_pairs": 0,
        "holdout_items_in_another_form": 0,
        "holdout_pairs_in_training": 1,
        "holdout_items_unknown": 1,
        "negatives_rows_unreadable": 0,
        "negatives_users_unknown": 1,
        "negatives_users_without_holdout": 1,
        "negatives_rows_merged": 1,
        "candidates_given": 29,
        "candidates_missing": 1,
        "candidates_in_another_form": 1,
        "candidates_owned": 1,
        "candidates_repeated": 2,
        "candidates_held_out": 2,
        "candidate_items_unknown": 2,
        "holdout_users_without_candidates": 8,
    }
    assert {name: counts[name] for name in figures} == figures
    left = {
        (row.file.rsplit("/", 1)[1], row.reason, row.line)
        for row in context.read(tables.PREDEFINED_QUARANTINE).collect()
    }
    bad = next(row for row in left if row[0] == "holdout.csv" and "user" not in row[2])
    assert bad[1] and bad[2] == ",10"
    strange = "candidates of users in no training pair"
    assert left - {bad} == {
        ("holdout.csv", "held-out pairs of users in no training pair",
         '{"user":"stranger","item":"10"}'),
        ("negatives.jsonl", "candidates without an item", '{"user":"1000"}'),
        ("negatives.jsonl", "candidates that their user owns", '{"user":"1000","item":"10"}'),
        ("negatives.jsonl", "candidates written in another form than in training",
         '{"user":"1000","item":"14.0"}'),
        ("negatives.jsonl", strange, '{"user":"stranger","item":"12"}'),
    }  # fmt: skip
    replaced_file_is_read_again(context, tmp_path)


def replaced_file_is_read_again(context, folder):
    before = declarations.PREPARE.external(context)
    assert sorted(name.rsplit("/", 1)[1] for name in before) == [
        "holdout.csv)",
        "negatives.jsonl)",
    ]
    # Parquet with numbers in place of text, by its content and not by its name.
    users = pa.array([float(user) for user, _ in NEGATIVES])
    lists = pa.array([own[:1] for _, own in NEGATIVES], pa.list_(pa.int32()))
    (folder / "negatives.jsonl").unlink()
    pq.write_table(pa.table({"USER": users, "items": lists}), folder / "negatives.jsonl")
    assert declarations.PREPARE.external(context) != before
    run_stage(declarations.PREPARE, context)
    assert context.read(tables.PREDEFINED_NEGATIVES).selectExpr("max(size(items))").first()[0] == 1
    (folder / "holdout.csv").unlink()
    with pytest.raises(UsageError, match=r"holdout\.csv does not exist; set split\.holdout_path"):
        declarations.PREPARE.external(context)


REFUSED = {
    "users": ([(f"{a}.0", b) for a, b in HOLDOUT], NEGATIVES, "20 held-out pairs of users in no"),
    "items": ([(a, f"{b}.0") for a, b in HOLDOUT], NEGATIVES, "20 held-out items written in"),
    "names": ([(a, f"app/{b}") for a, b in HOLDOUT], NEGATIVES, "max_unknown_items_fraction"),
    "forms": (HOLDOUT, [(a, [f"0{i}" for i in b]) for a, b in NEGATIVES], "40 candidates written"),
    "owned": (HOLDOUT, [(a, [1, *b]) for a, b in NEGATIVES], "20 candidates that their user owns"),
    "none": (HOLDOUT, [(a, []) for a, _ in NEGATIVES], "candidates for none of the held-out users"),
    "several": ([*HOLDOUT, (1000, 12)], NEGATIVES, "several items for user '1000'"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_split_that_does_not_fit_is_refused(spark, case):
    holdout, negatives, said = REFUSED[case]
    training = [(row[0], item[0]) for row in ROWS for item in row[4]]
    pairs = "user_id string, item_id string"
    entries = split_entries(
        spark.createDataFrame(training, pairs),
        spark.createDataFrame([(str(a), str(b)) for a, b in holdout], pairs),
        spark.createDataFrame(
            [(str(a), [str(i) for i in b]) for a, b in negatives],
            "user_id string, items array<string>",
        ),
    )
    found = figures(entries, **holdout_figures(), **negatives_figures())
    with pytest.raises(SteamrecError, match=said) as refused:
        readable = Unreadable(USERS, 0, None)
        check_holdout(found, readable, SplitSettings())
        check_negatives(found, readable, SplitSettings())
    assert "\n" not in str(refused.value)


def test_more_unreadable_rows_than_allowed_are_refused():
    found = defaultdict(int, pairs=98)
    with pytest.raises(RunError, match=r"2 rows that cannot be read \(such as 'no user'\)"):
        check_holdout(found, Unreadable(100, 2, "no user"), SplitSettings())
