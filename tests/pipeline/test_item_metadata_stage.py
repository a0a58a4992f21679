"""The stage on whole files: counts, the first of equal ids, hostile lines, the real file."""

import gzip
from pathlib import Path

import pytest

from steamrec.data import tables
from steamrec.errors import RunError, UsageError
from steamrec.models.settings import load_settings
from steamrec.pipeline.declarations import METADATA
from steamrec.pipeline.runner import run_stage
from steamrec.pipeline.stage import Outcome
from steamrec.publish.filters import excluded_items
from tests.support.stages import stage_of

ANY = "ingest.max_quarantined_fraction=1"


def prepared(make_context, path, *overrides, items=("10", "20", "30")):
    """A context whose catalogue is `items`, as the stage prepare leaves it."""
    context = make_context(f"input.items_path='{path}'", *overrides)

    def run(inner):
        rows = [(number, item, f"Game {item}", 1) for number, item in enumerate(items)]
        inner.write(inner.spark.createDataFrame(rows, tables.ITEMS.ddl), tables.ITEMS)
        return Outcome([tables.ITEMS])

    run_stage(stage_of("prepare", run), context)
    return context


def line(item_id, **facts):
    return repr({"id": item_id} | facts).encode()


HOSTILE = [
    (b"", "the line is empty"),
    (b"\xff\xfe", "the line is not valid UTF-8"),
    (b"[" * 10_000, "the brackets nest deeper than 50"),
    (b"x" * 3_000_000, "the line is longer than 1000000 bytes"),
    (b"{'id': '10', 'price': __import__('os').abort()}",
     "not a Python literal: it holds an expression (Call)"),
    (b"{'id': '10', 'price': 1e999}", "price is not a number of 0 or more"),
    (b"{'id': '10', 'tags': ['\\ud800']}",
     "one of tags holds a lone surrogate, which UTF-8 cannot store"),
    (b"{'id': 10}", "id is an integer, not a string"),
]  # fmt: skip


def test_counts_quarantine_and_the_first_of_equal_ids(make_context, tmp_path):
    lines = [
        *(hostile for hostile, _ in HOSTILE),  # one of item 10: the first readable line counts
        line("10", genres=["RPG", "A &amp; B"], tags=["rpg"], price="Free", developer="it's\0 ™"),
        line("20", price=5, release_date="2018-01-04"),
        line("10", genres=["Action"], price=9.99),
        line("20", price=6.0),
        line("77", publisher="not in the catalogue"),
        b"{'price': 19.99}",
        line(""),
        line(None) + b"\r",
    ]
    path = tmp_path / "games.json.gz"
    path.write_bytes(gzip.compress(b"\n".join(lines) + b"\n"))
    context = prepared(make_context, path, ANY, "ingest.max_line_bytes=1_000_000",
                       "ingest.max_quarantined_characters=50")  # fmt: skip
    receipt = run_stage(METADATA, context)
    assert receipt.counts == {
        "lines": 16,
        "items": 3,
        "merged_lines": 2,
        "lines_without_id": 3,
        "quarantined_lines": 8,
        "items_without_price": 1,
        "catalogue_items": 3,
        "catalogue_items_with_metadata": 2,
    }
    facts = {row.item_id: row for row in context.read(tables.ITEM_METADATA).collect()}
    assert tuple(facts["10"]) == (
        "10", ["RPG", "A & B"], ["rpg"], 0.0, None, None, "it's\0 ™",
    )  # fmt: skip
    assert tuple(facts["20"]) == ("20", [], [], 5.0, "2018-01-04", None, None)
    assert tuple(facts["77"])[5] == "not in the catalogue"
    refused = context.read(tables.ITEM_METADATA_QUARANTINE).collect()
    assert sorted(row.reason for row in refused) == sorted(reason for _, reason in HOSTILE)
    assert max(len(row.line) for row in refused) == 50
    assert {Path(row.file).name for row in refused} == {"games.json.gz"}
    # Neither the compression nor the parts that Spark reads change a bit.
    plain = tmp_path / "games.json"
    plain.write_bytes(b"\n".join(lines))
    other = prepared(make_context, plain, *list_of(context))
    hashed = run_stage(METADATA, other).outputs["item_metadata"]
    assert hashed == receipt.outputs["item_metadata"]


def list_of(context):
    ingest = context.settings.ingest
    return ANY, f"ingest.max_line_bytes={ingest.max_line_bytes}"


def test_what_cannot_be_used_is_named(make_context, tmp_path):
    path = tmp_path / "games.json"
    path.write_bytes(b"\n".join([line("10", tags=["Nudity", "RPG"], price=2.0), b"f()", b"{}"]))
    with pytest.raises(RunError, match=r"1 of 3 lines could not be read.*expression \(Call\)"):
        run_stage(METADATA, prepared(make_context, path))
    misspelt = prepared(make_context, path, ANY, 'export.exclude_tags=["rpg","Nudty"]')
    with pytest.raises(UsageError, match=r"'Nudty', which is no tag.*the closest: 'Nudity'\."):
        run_stage(METADATA, misspelt)
    strange = prepared(make_context, path, ANY, 'export.exclude_tags=["?"]')
    with pytest.raises(UsageError, match=r"the commonest: 'RPG', 'Nudity'\."):
        run_stage(METADATA, strange)
    assert not strange.workspace.exists("receipts/item_metadata.json")
    path.write_bytes(b"{'user_id': 'somebody'}\n")
    with pytest.raises(UsageError, match="has an id, so there is no item metadata"):
        run_stage(METADATA, prepared(make_context, path))


def test_a_catalogue_left_out_whole_is_refused(make_context, tmp_path):
    path = tmp_path / "games.json"
    tagged = [line(item, genres=["Odd"], price=3.0) for item in ("30", "10", "20")]
    path.write_bytes(b"\n".join([*tagged, line("99", tags=["Even"])]))
    context = prepared(make_context, path, 'export.exclude_tags=["odd"]', items=("10", "40", "30"))
    run_stage(METADATA, context)
    assert excluded_items(context).tolist() == [0, 2]
    # A tag of the file that no item of the catalogue has leaves nothing out.
    context.settings = load_settings(
        None, [f"input.items_path='{path}'", 'export.exclude_tags=["EVEN"]']
    )
    assert excluded_items(context).tolist() == []
    whole = prepared(make_context, path, "export.max_price=2.99")
    with pytest.raises(UsageError, match=r"^export\.max_price would leave out every item"):
        excluded_items(whole)


@pytest.mark.real_data
def test_the_real_file(make_context, real_data):
    path = real_data / "steam_games.json.gz"
    if not path.is_file():
        pytest.skip("STEAMREC_DATA has no steam_games.json.gz")
    context = prepared(make_context, path, items=("10", "440", "612880", "nothing"))
    assert run_stage(METADATA, context).counts == {
        "lines": 32_135,
        "items": 32_132,
        "merged_lines": 1,
        "lines_without_id": 2,
        "quarantined_lines": 0,
        "items_without_price": 1_386,
        "catalogue_items": 4,
        "catalogue_items_with_metadata": 3,
    }
    free = context.read(tables.ITEM_METADATA).where("price = 0").count()
    assert free == 1_899
