"""Publish, rollback and prune, with a fault at each of their operations on the store.

After each fault the workspace is opened again and the seven invariants (docs/workspace.md) are
checked; then the same is finished without faults, and checked again.
"""

import errno
from contextlib import suppress

import pytest

from steamrec.errors import GateRefusedError, RunError
from steamrec.publish.new_run import NewRun
from steamrec.publish.pointer import POINTER, load_pointer
from steamrec.publish.publishing import publish_once
from steamrec.publish.rejection import read_refusal, refusal_recorded
from steamrec.publish.rollback import roll_back
from steamrec.workspace import Workspace, renaming_store
from tests.support import stored_files
from tests.support.published_runs import (
    check_pointer,
    check_removal,
    published_chain,
    read_as_reader,
    write_run,
)

BASE = "w"
FAULTS = ("fails", "crash before", "crash after", "torn", "answer lost", "no space", "outage")
SCENARIOS = ("first", "publish", "publish over a dead run", "rollback", "second rollback",
             "publish after rollback", "refused")  # fmt: skip


class CrashError(BaseException):
    """The process died."""


class FaultyStore:
    """The content of a store, and one fault at operation number `at` (None: no fault)."""

    def __init__(self, files, kind, at=None, fault=""):
        self.files, self.kind, self.at, self.fault = files, kind, at, fault
        self.count, self.dead = 0, None

    def __call__(self, operation):
        if self.dead:
            raise self.dead
        number, self.count = self.count, self.count + 1
        if number != self.at:
            return self.do(operation)
        name, path, *rest = operation
        if self.fault in ("torn", "no space") and name in ("put", "copy"):
            # Only a store with renames shows half a file; S3 puts all or nothing.
            target = path if name == "put" else rest[0]
            content = rest[0] if name == "put" else self.files[path]
            if self.kind == "renaming":
                self.files[target] = content[: len(content) // 2]
        if self.fault in ("crash after", "answer lost", "outage"):
            with suppress(OSError):
                self.do(operation)
        if self.fault in ("torn", "crash before", "crash after"):
            self.dead = CrashError()
            raise self.dead
        number = errno.ENOSPC if self.fault == "no space" else errno.EIO
        error = OSError(number, self.fault, path)
        if self.fault == "outage":
            self.dead = error
        raise error

    def do(self, operation):
        if operation[0] == "remove":
            check_removal(self.files, BASE, operation[1])
        answer = stored_files.perform(self.files, operation)
        check_pointer(self.files, BASE)  # I1 and I3, at every moment
        return answer


@pytest.fixture(params=stored_files.KINDS)
def kind(request, monkeypatch):
    monkeypatch.setattr(renaming_store, "CLAIM_SECONDS", 0.0)
    monkeypatch.setattr(renaming_store, "WAIT_SECONDS", 5.0)
    return request.param


def on(store, work):
    """Run `work` on a workspace opened on the store; returns its result or its error."""
    stored_files.HANDLER.append(store)
    try:
        return work(Workspace(f"{store.kind}://{BASE}"))
    except (CrashError, OSError, RunError, GateRefusedError) as error:
        return error
    finally:
        stored_files.HANDLER.pop()


def publisher(number, second=0, keep=2):
    """A night that publishes lists of the same content whenever it is started again."""

    def work(workspace):
        seen = load_pointer(workspace)
        run = NewRun(f"2026-01-0{number}", f"20260101T00{number:02}{second:02}Z-abcdef")
        record = write_run(workspace, run, f"lists {number}")
        return publish_once(workspace, record, seen, keep)

    return work


def refused(workspace):
    """A night whose gate refuses."""
    run = NewRun("2026-01-04", "20260101T000400Z-abcdef")
    load_pointer(workspace)
    write_run(workspace, run, "lists 4")
    with refusal_recorded(workspace, run.date, run.run_id, "ease"):
        raise GateRefusedError("The gate 'x' refused.")


def prepared(kind, scenario):
    """The store before the scenario, its work, and how to finish it after a fault."""
    store = FaultyStore({}, kind)
    if scenario != "first":
        for number in (1, 2, 3):
            assert not isinstance(on(store, publisher(number)), BaseException)
    if scenario == "publish over a dead run":
        dead = NewRun("2026-01-03", "20260101T000330Z-abcdef")
        on(store, lambda workspace: write_run(workspace, dead, "dead"))
    if scenario in ("second rollback", "publish after rollback"):
        # r1 is still kept: two nights are.
        store = FaultyStore({}, kind)
        for number in (1, 2, 3):
            on(store, publisher(number, keep=9))
        on(store, roll_back)
    if "rollback" in scenario and not scenario.startswith("publish"):
        return store.files, roll_back
    return store.files, refused if scenario == "refused" else publisher(4)


def check_the_end(kind, scenario, files, before, expected):
    """All invariants of a store that the work was finished on."""
    store = FaultyStore(files, kind)
    assert on(store, read_as_reader)[1] == expected
    if scenario in ("refused", "first"):
        return
    chain = on(store, published_chain)
    contents = [record["content_hash"] for record in chain]
    assert len(contents) == len(set(contents)), "I4: published twice"
    if "rollback" not in scenario or scenario.startswith("publish"):
        assert contents[:2] == [expected, before], "I7: the run before is gone"


def test_every_fault_at_every_operation(kind, capsys):
    faults = 0
    for scenario in SCENARIOS:
        start, work = prepared(kind, scenario)
        before = "" if scenario == "first" else on(FaultyStore(dict(start), kind),
                                                   read_as_reader)[1]  # fmt: skip
        sound = FaultyStore(dict(start), kind)
        on(sound, work)
        expected = on(sound, read_as_reader)[1]
        assert scenario == "refused" or expected != before
        for at in range(sound.count):
            for fault in FAULTS:
                faults += 1
                store = FaultyStore(dict(start), kind, at, fault)
                result = on(store, work)
                one_fault(kind, scenario, store, result, before, expected)
                check_the_end(kind, scenario, store.files, before, expected)
    with capsys.disabled():
        print(f"\n{kind}: {faults:,} faults injected")
    assert faults >= 500


def one_fault(kind, scenario, store, result, before, expected):
    """Open the workspace again after the fault, check it, and finish the work."""
    again = FaultyStore(store.files, kind)
    check_pointer(store.files, BASE)
    moved = False
    if f"{BASE}/{POINTER}" in store.files:
        seen = on(again, read_as_reader)[1]
        assert seen in (before, expected), "I2: neither the old run nor the new one"
        moved = seen == expected != before
    if not isinstance(result, BaseException):
        assert moved, "the work said that it was done"
    if scenario == "refused":
        on(again, refused)
        assert on(again, read_refusal)["run_id"] == "20260101T000400Z-abcdef"
        return
    if work_is_rollback(scenario):
        if not moved:
            finished = on(again, roll_back)
            assert not isinstance(finished, BaseException), finished
        return
    finished = on(again, publisher(4, second=30))
    assert not isinstance(finished, BaseException), finished
    assert on(again, read_refusal) is None


def work_is_rollback(scenario):
    return scenario in ("rollback", "second rollback")
