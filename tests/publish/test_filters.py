"""What the settings of [export] leave out, item by item."""

import pytest

from steamrec.models.settings import load_settings
from steamrec.pipeline.declarations import night
from steamrec.pipeline.nightly import run_command, stages_of
from steamrec.publish.filters import left_out


def settings(*overrides):
    return load_settings(None, ["input.items_path=games.json", *overrides])


@pytest.mark.parametrize(
    ("overrides", "labels", "price", "out"),
    [
        (['export.exclude_tags=["nudity"]'], ["RPG", "Nudity"], 1.0, True),
        (['export.exclude_tags=[" RPG ","x"]'], ["rpg"], None, True),
        (['export.exclude_tags=["Strasse"]'], ["STRASSE"], None, True),
        (['export.exclude_tags=["RPG"]'], ["Action RPG", "JRPG"], 1.0, False),
        (["export.max_price=20"], [], 20.0, False),
        (["export.max_price=20"], [], 20.01, True),
        (["export.max_price=0"], [], 0.0, False),
        (["export.max_price=0"], [], 0.49, True),
        (["export.min_price=1"], [], 0.0, True),
        (["export.min_price=1"], [], 1.0, False),
        (["export.min_price=1", "export.max_price=2"], ["RPG"], None, False),
        (["export.min_price=1", 'export.exclude_tags=["x"]'], ["RPG"], 5.0, False),
    ],
)
def test_what_is_left_out(overrides, labels, price, out):
    assert left_out(labels, price, settings(*overrides).export) is out


def test_the_stage_is_there_only_for_nights_with_facts():
    def names(command, chosen):
        return [stage.name for stage in stages_of(command, night(chosen))]

    without, with_facts = load_settings(None), settings()
    assert names("prepare", without) == ["prepare", "split"]
    assert names("prepare", with_facts) == ["prepare", "split", "item_metadata"]
    assert "item_metadata" not in names("nightly", without)

    def needs(chosen):
        return {stage.name: "item_metadata" in stage.inputs for stage in night(chosen)}

    assert not any(needs(without).values())
    assert {name for name, need in needs(with_facts).items() if need} == {"export", "report"}
    filtered = needs(settings("export.max_price=5"))
    assert {name for name, need in filtered.items() if need} == {"export", "report"}


def test_a_missing_file_ends_the_night_before_its_first_stage(make_context, tmp_path):
    from steamrec.errors import UsageError

    raw = tmp_path / "raw.json"
    raw.write_text("{}\n")
    context = make_context(f"input.path={raw}", f"input.items_path={tmp_path}/games.json")
    with pytest.raises(UsageError, match=r"games\.json does not exist; set input\.items_path"):
        run_command("nightly", context)
    assert not context.workspace.exists("receipts")
