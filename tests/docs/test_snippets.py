"""What the docs show is run: Python blocks are executed, commands and settings are parsed."""

import json
import re

import pytest

from steamrec.cli.main import cli
from steamrec.models.settings import load_settings
from tests.docs.pages import PAGES, ROOT, fences, inline_code, shell_lines, steamrec_arguments
from tests.support.small_workspace import write_small_workspace

OWN_MODEL = re.compile(r"bilinear|recent")  # those of the pages on extending
COMMANDS = [
    (page, arguments)
    for page, line in [
        *shell_lines(),
        *((page.name, code) for page in PAGES for code in inline_code(page)),
    ]
    if (arguments := steamrec_arguments(line) if not line.startswith("'") else None)
]


@pytest.mark.parametrize("fence", fences("python"), ids=lambda fence: fence.page)
def test_python_runs(fence, tmp_path, monkeypatch):
    if fence.note.startswith("run by "):
        assert fence.page in (ROOT / fence.note.removeprefix("run by ")).read_text()
        return
    write_small_workspace(tmp_path / "workspace")
    monkeypatch.chdir(tmp_path)
    exec(compile(fence.text, fence.page, "exec"), {"__name__": "snippet"})


@pytest.mark.parametrize(("page", "arguments"), COMMANDS, ids=lambda value: str(value)[:60])
def test_commands_and_their_options_exist(page, arguments):
    if arguments[0] == "--help":
        return
    assert arguments[0] in cli.commands, page
    if arguments == ["tune"]:  # named in prose
        return
    given = cli.commands[arguments[0]].make_context(arguments[0], arguments[1:]).params
    config = given.get("config")
    if config:  # on YARN the file travels alone; `own.toml` is a block of the page
        found = next((p for p in (ROOT / config, ROOT / "conf" / config) if p.exists()), None)
        config = str(found) if found else None
    if "overrides" in given:
        load_settings(config, [OWN_MODEL.sub("gmf", value) for value in given["overrides"]])


@pytest.mark.parametrize("fence", fences("toml"), ids=lambda fence: fence.page)
def test_settings_files_are_valid(fence, tmp_path):
    (tmp_path / "own.toml").write_text(fence.text)
    load_settings(str(tmp_path / "own.toml"))


@pytest.mark.parametrize("fence", fences("json"), ids=lambda fence: fence.note)
def test_json_is_valid(fence):
    json.loads(fence.text)


def test_shell_blocks_have_the_language():
    plain = [
        fence for fence in fences("") if "./scripts" in fence.text or "steamrec " in fence.text
    ]
    assert plain == []
    assert len(COMMANDS) > 20
