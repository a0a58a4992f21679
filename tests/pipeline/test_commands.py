"""Whatever runs the commands one by one runs all of them, in the night's order."""

import ast
import re
from pathlib import Path

from steamrec.models.settings import load_settings
from steamrec.pipeline.commands import COMMANDS, NIGHTLY
from steamrec.pipeline.declarations import night

ROOT = Path(__file__).parents[2]
SINGLE = [name for name in COMMANDS if name != NIGHTLY]
DATED = [name for name in SINGLE if COMMANDS[name].dated]


def test_the_stages_of_a_night_follow_the_commands():
    settings = load_settings(None, ["input.items_path=x"])
    assert list(dict.fromkeys(stage.command for stage in night(settings))) == SINGLE


def test_every_command_is_a_job():
    assert {path.stem for path in (ROOT / "jobs").glob("*.py")} == set(COMMANDS)
    for name in COMMANDS:
        assert f'main(["{name}", *sys.argv[1:]])' in (ROOT / f"jobs/{name}.py").read_text()


def test_the_script_for_cron_runs_them_in_order():
    script = (ROOT / "scripts/nightly.sh").read_text()
    [loop] = re.findall(r"^for stage in (.*); do$", script, re.M)
    assert loop.split() == SINGLE
    assert re.findall(r'"\$stage" = (\w+) \] && dated=', script) == DATED


def test_the_example_for_airflow_runs_them_in_order():
    tree = ast.parse((ROOT / "docs/airflow_dag.py").read_text())
    values = {
        node.targets[0].id: ast.literal_eval(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign) and node.targets[0].id == "STAGES"
    }
    assert list(values["STAGES"]) == SINGLE
