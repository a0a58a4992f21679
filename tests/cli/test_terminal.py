import io
import logging
import os
import subprocess
import sys

import pytest
from click.testing import CliRunner

from steamrec.cli import logs
from steamrec.cli.main import cli, main
from steamrec.cli.terminal import clean
from tests.support.small_workspace import write_small_workspace


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\x1b[31mb", "a?[31mb"),
        ("a\x9bb\x07", "a?b?"),
        ("a\nb\tc\r", "a b c "),
        ("x\u202ey", "x?y"),
        ("三国 é", "三国 é"),
        ("a\xa0b", "a b"),
        ("\ud800", "?"),
    ],
)
def test_nothing_that_a_terminal_obeys_is_left(text, shown):
    assert clean(text) == shown


@pytest.mark.parametrize("log_format", ["text", "json"])
def test_log_lines_are_clean(log_format, monkeypatch):
    shown = io.StringIO()
    monkeypatch.setattr(logs.sys, "stderr", shown)
    logs.set_up_logs(log_format)
    logging.getLogger("steamrec.x").warning("name %s", "\x1b[31m\x9b")
    assert "\x1b" not in shown.getvalue()
    assert "\x9b" not in shown.getvalue()
    assert "[31m" in shown.getvalue()


@pytest.mark.parametrize("arguments", [["--like", "hex\x1b"], ["--items", "\x1b9"], ["\x1b[1m"]])
def test_errors_are_clean(tmp_path, arguments, capsys):
    write_small_workspace(tmp_path)
    with pytest.raises(SystemExit) as left:
        main(["recommend", *arguments, "--workspace", str(tmp_path)])
    assert left.value.code == 2
    assert "\x1b" not in capsys.readouterr().err


def test_rollback_needs_no_java(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("JAVA_HOME", "/nowhere")
    monkeypatch.setenv("PATH", "/nowhere")
    write_small_workspace(tmp_path / "w")
    for command in (["rollback"], ["export", "--rollback"]):
        with pytest.raises(SystemExit) as left:
            main([*command, "--workspace", str(tmp_path / "w")])
        assert left.value.code == 2
        assert "no earlier published run to go back to" in capsys.readouterr().err
    assert CliRunner().invoke(cli, ["rollback", "--help"]).exit_code == 0


NATIVE = """
import logging, os, sys
from steamrec.cli.logs import set_up_logs
from steamrec.cli.terminal import hide_native_output
from steamrec.workspace import run_log

set_up_logs("text")
run_log.start(sys.argv[1])
hide_native_output()
os.write(2, b"failed call to cuInit\\n")
os.system("echo incubator modules >&2")
logging.getLogger("steamrec").info("started")
print("a message", file=sys.stderr)
"""


def test_the_noise_of_libraries_goes_to_the_log_file(tmp_path):
    environment = os.environ | {"STEAMREC_DEBUG": ""}
    command = [sys.executable, "-c", NATIVE, str(tmp_path)]
    ended = subprocess.run(command, capture_output=True, text=True, env=environment, check=True)
    assert ended.stderr.splitlines()[0].endswith("INFO started")
    assert ended.stderr.splitlines()[1:] == ["a message"]
    (log,) = (tmp_path / "logs").iterdir()
    assert log.read_text() == "failed call to cuInit\nincubator modules\n"
