import pytest

from steamrec.errors import UsageError
from steamrec.models.settings import load_settings
from steamrec.pipeline.declarations import night
from steamrec.pipeline.nightly import run_command, stages_of
from steamrec.publish.model_choice import best_model, choice_inputs, choose, exported_model
from tests.publish.test_runs import publish

NAMES = ("popularity", "ease", "gmf")


def test_the_best_is_never_a_guess():
    assert best_model({"popularity": 0.1, "ease": 0.3, "gmf": 0.3}, NAMES) == "ease"
    assert best_model({}, NAMES) is None
    assert best_model({}, ("popularity",)) == "popularity"


@pytest.mark.parametrize(
    ("values", "published", "margin", "model"),
    [
        ({"ease": 0.2, "gmf": 0.201}, "ease", 0.01, "ease"),
        ({"ease": 0.2, "gmf": 0.203}, "ease", 0.01, "gmf"),
        ({"ease": 0.2, "gmf": 0.201}, "ease", 0.0, "gmf"),
        ({"ease": 0.2, "gmf": 0.201}, None, 0.01, "gmf"),
        ({"ease": 0.2, "gmf": 0.201}, "als", 0.01, "gmf"),  # not measured tonight
        ({"ease": 0.0, "gmf": 0.0}, "gmf", 0.01, "gmf"),
    ],
)
def test_the_published_model_stays_unless_another_is_clearly_better(
    values, published, margin, model
):
    best = best_model(values, list(values))
    choice = choose(values, best, published, margin)
    assert choice.model == model
    # Publishing the choice does not change it, so a night that is run again runs nothing.
    assert choose(values, best, choice.model, margin).model == model
    assert bool(choice.why) == (choice.model != best)
    if choice.why:
        assert choice.best in choice.why
        assert published in choice.why


def test_the_published_model_is_an_input_of_the_export(make_plain_context):
    context = make_plain_context()
    validation = {name: {"value": value} for name, value in (("gmf", 0.3), ("ease", 0.301))}
    context.workspace.write_json("metrics.json", {"best": "ease", "validation": validation})
    assert choice_inputs(context) == {"the model to export": "ease"}
    publish(context.workspace, 1, "2026-01-01")  # gmf
    assert choice_inputs(context) == {"the model to export": "gmf"}
    context.workspace.write_bytes("exports/latest.json", b"{")
    assert choice_inputs(context)["the model to export"] not in ("ease", "gmf")


def test_without_validation_users_best_is_refused_before_the_first_stage(make_plain_context):
    context = make_plain_context("split.validation_users=0", "input.path=README.md")
    for command in ("nightly", "export"):
        with pytest.raises(UsageError, match=r"split\.validation_users is 0; raise"):
            run_command(command, context)
    assert not context.workspace.exists("receipts")
    named = load_settings(None, ["split.validation_users=0", "export.model=gmf"])
    stages_of("export", night(named))[0].external(make_plain_context("export.model=gmf"))


def test_a_file_without_validation_items_is_told_of(make_plain_context):
    context = make_plain_context()
    context.workspace.write_json("metrics.json", {"best": None, "validation": {}})
    with pytest.raises(UsageError, match="no user of this file has a validation item"):
        exported_model(context)


@pytest.fixture
def make_plain_context(tmp_path):
    """Contexts that never open a Spark session."""
    from steamrec.data.context import Context
    from steamrec.workspace import Workspace

    def make(*overrides):
        workspace = Workspace(str(tmp_path))
        return Context(load_settings(None, overrides), workspace, date="2026-01-31")

    return make
