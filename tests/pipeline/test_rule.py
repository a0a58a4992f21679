"""Why a stage runs again, in words, cause by cause."""

import os
import subprocess
import sys

import pytest

from steamrec.data.context import Context
from steamrec.errors import RunError, UsageError
from steamrec.models.settings import load_settings
from steamrec.pipeline import nightly
from steamrec.pipeline.plan import plan
from steamrec.pipeline.rule import difference, reason_to_run
from steamrec.workspace import Workspace
from steamrec.workspace.code_hash import code_of
from steamrec.workspace.receipts import Basis, load_receipt
from tests.support import fake_night


@pytest.fixture
def context(tmp_path, monkeypatch):
    """A finished fake night on a local disk."""
    monkeypatch.setattr(nightly, "night", fake_night.fake_night)
    fake_night.RAW.clear()
    fake_night.RAW["raw"] = "one"
    context = with_settings(Workspace(str(tmp_path / "workspace")))
    nightly.run_command("nightly", context)
    return context


def with_settings(workspace, *overrides, date="2026-01-31"):
    given = ["input.path=raw", 'train.models=["ease","gmf"]', *overrides]
    return Context(load_settings(None, given), workspace, date=date)


def reasons(context):
    planned = plan(fake_night.fake_night(context.settings), context)
    return {one.name: one.reason for one in planned if one.reason}


def test_a_finished_night_has_no_reason_to_run(context):
    assert reasons(context) == {}


def test_every_cause_is_named_and_what_follows_it(context):
    changed = reasons(with_settings(context.workspace, "prepare.min_items=8"))
    assert changed.pop("prepare") == "prepare.min_items changed from 5 to 8"
    assert changed["split"] == "it follows prepare"
    assert changed["train/gmf"] == "it follows prepare"
    assert "ingest" not in changed
    later = with_settings(context.workspace, date="2026-02-01")
    assert reasons(later) == {"export": "the date changed"}
    fake_night.RAW["raw"] = "two"
    assert reasons(context)["ingest"] == "raw changed"


def test_a_setting_that_a_stage_does_not_read_is_no_reason(context):
    assert reasons(with_settings(context.workspace, "export.keep=3", "report.users=2")) == {}
    only_gmf = reasons(with_settings(context.workspace, "train.seed=7"))
    assert only_gmf["train/gmf"] == "train.seed changed from 1 to 7"
    assert "train/ease" not in only_gmf


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (lambda path: path.unlink(), "a.json is gone"),
        (lambda path: path.write_bytes(path.read_bytes() + b" "), "a.json was changed"),
        (lambda path: path.with_name("c.json").write_text("1"), "c.json was added"),
        (lambda path: [p.unlink() for p in path.parent.iterdir()], "a.json is gone"),
    ],
)
def test_files_that_are_not_as_they_were_written(context, harm, said):
    from pathlib import Path

    harm(Path(context.workspace.path("users/a.json")))
    assert reasons(context)["prepare"] == f"its output users is not as it was written: {said}"
    fake_night.STARTED.clear()
    nightly.run_command("nightly", context)
    # The same output again: nothing behind it had to run.
    assert fake_night.STARTED == ["prepare"]


def test_a_command_on_a_stale_chain_names_the_stage_to_run_first(context):
    later = with_settings(context.workspace, "prepare.min_items=8")
    nightly.run_command("prepare", later)
    with pytest.raises(UsageError, match=r"'export' needs 'sample' .* its input 'split' changed; "
                                         r"run `steamrec sample` first"):  # fmt: skip
        nightly.run_command("export", later)
    with pytest.raises(UsageError, match=r"'prepare' .* prepare\.min_items changed from 8 to 5"):
        nightly.run_command("export", context)


def test_a_command_that_takes_no_date_is_about_the_last_export(context):
    later = with_settings(context.workspace, date="2026-02-01")
    nightly.run_command("evaluate", later)
    assert later.date == "2026-01-31"


def test_readers_that_were_pointed_elsewhere_are_a_reason_to_publish(context):
    context.workspace.write_json("exports/latest.json", {"run_id": "another"})
    said = "its output exports/latest.json is not as it was written:"
    assert reasons(context) == {"export": f"{said} its content was changed"}
    context.workspace.remove("exports/latest.json")
    assert reasons(context) == {"export": f"{said} it is gone"}


@pytest.mark.parametrize(
    ("then", "now", "said"),
    [
        (Basis(libraries={"numpy": "1.26.3"}), Basis(libraries={"numpy": "1.26.4"}),
         "the library numpy changed from 1.26.3 to 1.26.4"),
        (Basis(libraries={}), Basis(libraries={"numba": "1"}),
         "the library numba changed from none to 1"),
        (Basis(code={"a.b": "1"}), Basis(code={"a.b": "2"}), "the code of a.b changed"),
        (Basis(code={"a.b": "1"}), Basis(), "the code of a.b changed"),
        (Basis(external={"f": "1"}), Basis(), "f is no longer there"),
        (Basis(), Basis(inputs={"split": "1"}), "its input 'split' is new"),
        (Basis(settings={"a.b": None}), Basis(settings={"a.b": [1]}),
         "a.b changed from null to [1]"),
        (Basis(settings={"a.b": 1}), Basis(), "a.b changed from 1 to nothing"),
        (Basis(settings={"a.b": 1}), Basis(settings={"a.b": 1}), ""),
    ],
)  # fmt: skip
def test_differences_in_words(then, now, said):
    assert difference(then, now) == said


def test_a_receipt_that_cannot_be_read_proves_nothing(context):
    for content in (b"{", b"[]", b"null", b'{"stage": "split"}', b"\xff"):
        context.workspace.write_bytes("receipts/split.json", content)
        assert load_receipt(context.workspace, "split") is None
        stage = fake_night.fake_night(context.settings)[2]
        assert reason_to_run(stage, context) == "it has not finished yet"


def test_code_is_hashed_by_what_it_does(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(str(tmp_path))
    package = tmp_path / "trial_code"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "entry.py").write_text(
        "def run():\n    from trial_code import inner\n    import numpy\n"
    )

    def hashed(inner):
        (package / "inner.py").write_text(inner)
        from steamrec.workspace import code_hash

        for cached in (code_hash.code_of, code_hash._source, code_hash._spec):
            cached.cache_clear()
        return code_of(("trial_code.entry",))

    before = hashed("X = 1\n")
    assert set(before.modules) == {"trial_code", "trial_code.entry", "trial_code.inner"}
    assert before.libraries["numpy"] == "1.26.4"
    assert "trial_code.inner" not in sys.modules  # nothing is imported
    assert hashed('"""Words."""\n\n# More words.\nX = 1\n') == before
    after = hashed("X = 2\n")
    assert after.modules["trial_code.inner"] != before.modules["trial_code.inner"]
    assert after.modules["trial_code.entry"] == before.modules["trial_code.entry"]


def test_every_stage_reaches_its_code_and_libraries():
    from steamrec.pipeline.declarations import night

    settings = load_settings(None, ['train.models=["ease","als","ranker","gmf"]'])
    code = {stage.name: code_of(stage.modules) for stage in night(settings)}
    assert "steamrec.sampling.negatives" in code["sample"].modules
    assert "steamrec.ingest.grammar" in code["ingest"].modules
    assert "steamrec.models.ranker.features" in code["export"].modules
    assert "steamrec.models.ranker.features" not in code["train/gmf"].modules
    assert code["train/gmf"].libraries.keys() >= {"tensorflow", "keras", "petastorm", "numpy"}
    assert code["train/ease"].libraries.keys() >= {"scipy", "numpy", "pyspark"}
    assert not any(name.startswith("steamrec.cli") for one in code.values() for name in one.modules)


def test_code_without_a_source_is_refused():
    with pytest.raises(RunError, match=r"source of steamrec\.no_such cannot be read"):
        code_of(("steamrec.no_such",))


def test_the_code_is_found_from_any_folder(tmp_path):
    script = "from steamrec.workspace.code_hash import code_of; " \
             "print(len(code_of(('steamrec.pipeline.stages.sample',)).modules))"  # fmt: skip
    run = subprocess.run(
        [sys.executable, "-P", "-c", script], cwd=tmp_path, capture_output=True, text=True,
        env={name: value for name, value in os.environ.items() if name != "PYTHONPATH"},
    )  # fmt: skip
    assert int(run.stdout) > 10, run.stderr
