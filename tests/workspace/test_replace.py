"""Replacing a file only if nobody else did, on a local disk, and what is synced when."""

import os
import threading
from pathlib import Path

import pytest

from steamrec.workspace import Workspace
from steamrec.workspace.store import ChangedError


@pytest.fixture(params=["local", "memory"])
def workspace(request, tmp_path):
    roots = {"local": str(tmp_path / "w"), "memory": f"memory://{tmp_path}/w"}
    return Workspace(roots[request.param])


def test_a_file_is_replaced_only_from_what_was_expected(workspace):
    with pytest.raises(ChangedError, match="Another process changed"):
        workspace.replace("a/b", b"2", b"1")
    workspace.replace("a/b", b"1", None)
    with pytest.raises(ChangedError):
        workspace.replace("a/b", b"2", None)
    workspace.replace("a/b", b"2", b"1")
    workspace.replace("a/b", b"2", b"1")  # a retry: its content is there already
    assert workspace.content("a/b") == b"2"


def test_of_many_writers_one_succeeds(tmp_path):
    """Each round all replace the same content, through workspaces of their own."""
    won: list[int] = []
    start = threading.Barrier(4)

    def write(number):
        workspace = Workspace(str(tmp_path))
        for turn in range(30):
            start.wait()
            expected = f"{turn}".encode() if turn else None
            try:
                workspace.replace("pointer", f"{turn + 1} {number}".encode(), expected)
                won.append(turn)
            except ChangedError:
                pass
            start.wait()
            if number == 0:
                workspace.write_bytes("pointer", f"{turn + 1}".encode())

    threads = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert won == list(range(30))


@pytest.fixture
def log(monkeypatch):
    """What os.fsync and renames did, in order, by path; they still do it."""
    done = []
    fsync, replace = os.fsync, os.replace

    def spied_fsync(handle):
        done.append(("sync", str(Path(f"/proc/self/fd/{handle}").readlink())))
        fsync(handle)

    def spied_replace(source, target, **options):
        done.append(("rename", str(target)))
        replace(source, target, **options)

    monkeypatch.setattr(os, "fsync", spied_fsync)
    monkeypatch.setattr(os, "replace", spied_replace)
    return done


def test_a_file_is_synced_before_its_rename_and_its_folder_after(tmp_path, log):
    workspace = Workspace(str(tmp_path))
    workspace.write_bytes("a/b/c", b"1")
    target = f"{tmp_path}/a/b/c"
    at = log.index(("rename", target))
    kind, partial = log[at - 1]
    assert (kind, Path(partial).parent) == ("sync", Path(target).parent)
    assert ("sync", f"{tmp_path}/a/b") in log[at:]
    # The new folders' own names, too.
    assert {("sync", str(tmp_path)), ("sync", f"{tmp_path}/a")} <= set(log[:at])


def test_all_of_a_run_is_synced_before_the_pointer_moves(tmp_path, log):
    from steamrec.publish.new_run import NewRun
    from steamrec.publish.pointer import POINTER, load_pointer
    from steamrec.publish.publishing import publish_once
    from tests.support.published_runs import write_run

    workspace = Workspace(str(tmp_path))
    run = NewRun("2026-01-01", "20260101T000000Z-abcdef")
    record = write_run(workspace, run, "lists")
    extra = tmp_path / "exports/csv/dt=2026-01-01" / f"run={run.run_id}" / "part-0.csv"
    extra.parent.mkdir(parents=True)
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    extra.write_text("not synced yet")  # as Spark writes
    log.clear()
    publish_once(workspace, record, load_pointer(workspace), 9)
    at = log.index(("rename", f"{tmp_path}/{POINTER}"))
    synced = {Path(path) for kind, path in log[:at] if kind == "sync"}
    for file in (*files, extra):
        assert file in synced, file
        assert set(file.relative_to(tmp_path).parents) <= {
            folder.relative_to(tmp_path) for folder in synced if folder.is_relative_to(tmp_path)
        }
    assert ("sync", f"{tmp_path}/exports") in log[at:]
