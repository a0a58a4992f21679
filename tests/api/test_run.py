import datetime
import subprocess
import sys
import threading

import pytest

import steamrec
from steamrec.api.run import opened_context
from steamrec.workspace import Workspace
from steamrec.workspace.lock import hold


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"command": "nightmare"}, "command is one of ingest, prepare, .*, not 'nightmare'"),
        ({"date": "tomorrow"}, "written as YYYY-MM-DD, not 'tomorrow'"),
        ({"date": 20260131}, "written as YYYY-MM-DD, not 20260131"),
        ({"settings": {"train": {}}}, "settings takes what steamrec.load_settings returns"),
        ({"master": "mars"}, "--master takes local"),
        ({}, "No input was given: set input.path"),
        ({"command": "export", "date": datetime.date(2026, 1, 31)}, "steamrec (ingest|nightly)"),
    ],
)
def test_bad_use_is_one_sentence_before_any_work(tmp_path, arguments, words):
    for _ in range(2):  # the workspace is free again
        with pytest.raises(steamrec.UsageError, match=words):
            steamrec.run(tmp_path, **arguments)
    assert not (tmp_path / "receipts").exists()


def test_a_place_that_cannot_be_a_workspace(tmp_path):
    for path in ("", " ", "a\0b", "a#b", "nonsense://x"):
        with pytest.raises(steamrec.UsageError):
            steamrec.Workspace(path)
    with pytest.raises(steamrec.UsageError, match="cannot be written"):
        steamrec.Workspace("/proc/nothing").run()


def test_two_runs_of_one_process_do_not_share_a_workspace(tmp_path):
    with hold(Workspace(str(tmp_path))):
        told = []

        def second():
            try:
                steamrec.run(tmp_path)
            except steamrec.RunError as error:
                told.append(str(error))

        thread = threading.Thread(target=second)
        thread.start()
        thread.join()
    assert "Another run of this process" in told[0]
    with pytest.raises(steamrec.UsageError, match=r"set input\.path"):
        steamrec.run(tmp_path)


def test_what_steamrec_does_not_foresee_is_a_run_error_with_its_cause(tmp_path, monkeypatch):
    monkeypatch.setenv("STEAMREC_DEBUG", "")
    with (
        pytest.raises(steamrec.RunError, match=r"ValueError: a fault \(the details are") as told,
        opened_context(tmp_path, None, None, "local[1]", False),
    ):
        raise ValueError("a fault")
    assert isinstance(told.value.__cause__, ValueError)
    [log] = (tmp_path / "logs").glob("*.log")
    assert log.read_text().count("ValueError: a fault") == 1


def test_an_interrupted_run_leaves_no_job_behind(tmp_path, spark):
    ended = threading.Event()

    def work():
        try:
            spark.sparkContext.parallelize([1], 1).foreach(lambda _: __import__("time").sleep(60))
        except Exception:
            ended.set()

    with (
        pytest.raises(KeyboardInterrupt),
        opened_context(tmp_path, None, None, "local[2]", False) as context,
    ):
        context.__dict__["spark"] = spark
        threading.Thread(target=work, daemon=True).start()
        tracker = spark.sparkContext.statusTracker()
        while not tracker.getActiveJobsIds():
            pass
        raise KeyboardInterrupt
    assert ended.wait(30)


def test_a_plain_script_generates_in_several_processes(tmp_path):
    """Without `if __name__ == "__main__"`: the script itself must run once."""
    script = tmp_path / "script.py"
    script.write_text(
        "import steamrec\nprint(steamrec.generate('raw.json', users=1200, seed=3).lines)\n"
    )
    run = subprocess.run(
        [sys.executable, script], cwd=tmp_path, capture_output=True, text=True, timeout=120
    )
    assert run.returncode == 0, run.stderr
    assert int(run.stdout) == len((tmp_path / "raw.json").read_bytes().splitlines())


@pytest.mark.parametrize("numbers", [{"users": 0}, {"users": 2.5}, {"seed": -1}, {"seed": True}])
def test_generate_names_a_number_out_of_range(tmp_path, numbers):
    with pytest.raises(steamrec.UsageError, match=f"{next(iter(numbers))} must be an integer"):
        steamrec.generate(tmp_path / "raw.json", **numbers)
