"""The lease on a workspace behind a URI: one holder, which a dead one loses with time."""

import itertools
import time

import pytest

from steamrec.errors import RunError
from steamrec.publish.pointer import load_pointer, move_pointer
from steamrec.workspace import Workspace, lock
from steamrec.workspace.lease import FILE, Lease
from steamrec.workspace.store import ChangedError
from tests.support.small_workspace import write_small_workspace

NUMBERS = itertools.count()


@pytest.fixture
def workspace():
    return Workspace(f"memory://lease-{next(NUMBERS)}")


def test_a_second_holder_is_told_who_has_it_and_a_dead_ones_lease_ends(workspace):
    dead = Lease(workspace, seconds=0.3)
    dead.take()
    with pytest.raises(RunError, match=r"Another run works in .* \(process \d+ on .*, until 20"):
        Lease(workspace).take()
    time.sleep(0.35)
    heir = Lease(workspace)
    heir.take()
    heir.check()
    with pytest.raises(ChangedError):
        dead.renew()
    with pytest.raises(RunError, match="no longer holds the workspace"):
        dead.check()
    dead.give_back()  # not its own any more
    heir.check()
    with pytest.raises(RunError, match="Another run works"):
        Lease(workspace).take()
    heir.give_back()
    Lease(workspace).take()


def test_a_taker_waits_for_a_dead_holder_and_not_for_a_living_one(workspace):
    Lease(workspace, seconds=0.6).take()
    heir = Lease(workspace, seconds=1.0)
    heir.take(wait=5.0)
    heir.keep()
    start = time.monotonic()
    with pytest.raises(RunError, match="Another run works"):
        Lease(workspace).take(wait=60.0)
    assert time.monotonic() - start < 10  # it saw that the lease was renewed
    heir.give_back()
    with pytest.raises(RunError, match="Another run works"):
        Lease(workspace, seconds=30.0).take()
        Lease(workspace).take(wait=0.1)


def test_a_holder_that_lives_keeps_it(workspace):
    lease = Lease(workspace, seconds=1.0)
    lease.take()
    lease.keep()
    time.sleep(2.5)
    lease.check()
    with pytest.raises(RunError, match="Another run works"):
        Lease(workspace).take()
    lease.give_back()
    with pytest.raises(RunError, match="no longer holds"):
        lease.check()


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"null", b'{"expires": "x"}'])
def test_a_damaged_lease_is_nobodys(workspace, content):
    workspace.write_bytes(FILE, content)
    Lease(workspace).take()


def test_of_two_takers_one_is_told(workspace, monkeypatch):
    first, second = Lease(workspace), Lease(workspace)
    content = workspace.content

    # The second takes it after the first has looked.
    def looked(name):
        monkeypatch.setattr(workspace, "content", content)
        found = content(name)
        second.take()
        return found

    monkeypatch.setattr(workspace, "content", looked)
    with pytest.raises(RunError, match="Another run works"):
        first.take()
    second.check()


def test_a_run_that_lost_its_lease_does_not_publish(tmp_path, monkeypatch):
    small = write_small_workspace(tmp_path)
    lost = Lease(Workspace(f"memory://lease-{next(NUMBERS)}"), seconds=0.0)
    lost.take()
    monkeypatch.setitem(lock._leases, small.root, lost)
    before = load_pointer(small)
    with pytest.raises(RunError, match="no longer holds the workspace"):
        move_pointer(small, before.run, before)
    assert load_pointer(small) == before
