"""What a refusing gate does to the stages after it."""

import pytest

from steamrec.data.context import Context
from steamrec.errors import GateRefusedError, RunError
from steamrec.models.settings import load_settings
from steamrec.pipeline.nightly import run_stages
from steamrec.pipeline.stage import Outcome
from steamrec.workspace import Workspace
from tests.support.stages import stage_of


@pytest.mark.parametrize("report_fails", [False, True])
def test_a_refusal_is_reported_and_stays_the_nights_error(tmp_path, report_fails):
    ran = []

    def stage(name, error=None):
        def run(context):
            ran.append(name)
            if error is not None:
                raise error
            return Outcome()

        return stage_of(name, run)

    stages = [
        stage("export", GateRefusedError("The gate 'rows' refused.")),
        stage("between"),
        stage("report", RunError("no page") if report_fails else None),
    ]
    context = Context(load_settings(None), Workspace(str(tmp_path)))
    with pytest.raises(GateRefusedError, match="'rows'"):
        run_stages(stages, context)
    assert ran == ["export", "report"]
