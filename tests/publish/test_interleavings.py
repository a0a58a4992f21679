"""Two publishers, a rollback, a reader and a crash on one store, in any order of their operations.

Nobody holds the workspace's lock here: the pointer alone must keep them apart.
"""

import json
import random
import time
from contextlib import suppress

import pytest

from steamrec.errors import RunError, UsageError
from steamrec.publish.new_run import NewRun
from steamrec.publish.pointer import POINTER, load_pointer
from steamrec.publish.publishing import publish_run
from steamrec.publish.rollback import roll_back
from tests.support import stored_files
from tests.support.published_runs import (
    check_pointer,
    check_removal,
    protected,
    read_as_reader,
    write_run,
)
from tests.support.schedules import CLOCK, Actor, perform, still_time

BASE = "w"
SHOWN = f"{BASE}/{POINTER}"
# For each kind of store; together over 100,000.
SCHEDULES = {"conditional": 66_000, "renaming": 36_000}


def publisher(name, keep=1):
    def work(workspace):
        seen = load_pointer(workspace)
        number = stored_files.HANDLER[-1]((CLOCK, ""))  # run ids follow the time
        run = NewRun("2026-01-04", f"20260101T0004{number:02}Z-{name * 6}")
        try:
            record = write_run(workspace, run, f"lists {name}")
            publish_run(workspace, record, seen, keep)
        except (RunError, OSError):
            return "told", run.run_id
        return "published", run.run_id

    return work


def rollback(workspace):
    """Goes back twice: the second time to a run that a publisher may be removing."""
    moves = 0
    for _ in range(2):
        with suppress(RunError, UsageError, OSError):
            roll_back(workspace)
            moves += 1
    return "back", moves


def reader(workspace):
    try:
        return "read", read_as_reader(workspace)
    except (RunError, OSError):
        return "told", ""


class Schedule:
    """The store and its actors, one operation after the other; checks all that happens."""

    def __init__(self, files, actors):
        self.files, self.actors = dict(files), actors
        self.nodes = [actor.start for actor in actors]
        self.now = check_pointer(files, BASE)
        self.shown = {self.now}
        self.backs = 0

    def live(self):
        return [i for i, node in enumerate(self.nodes) if node.operation is not None]

    def step(self, i):
        operation = self.nodes[i].operation
        if operation[0] == "remove":
            check_removal(self.files, BASE, operation[1])
        before = self.files[SHOWN]
        answer = perform(self.files, operation)
        if self.files.get(SHOWN) is not before:
            self.moved(json.loads(before), json.loads(self.files[SHOWN]))
        elif operation[0] in ("put", "rename") and self.now in operation[1]:
            check_pointer(self.files, BASE)
        self.nodes[i] = self.actors[i].after(self.nodes[i], answer)

    def moved(self, old, new):
        """I1 and I3 at the moment of the move; I6: it moved from the run that its mover saw."""
        check_pointer(self.files, BASE)
        went_back = len(new["rolled_back"]) > len(old["rolled_back"])
        start = old if went_back else new
        record = json.loads(self.files[f"{BASE}/{start['path']}/_run.json"])
        other = new if went_back else old
        assert record["previous"]["run_id"] == other["run_id"], "I6: a move was lost"
        self.backs += went_back
        self.now = new["run_id"]
        self.shown.add(self.now)

    def check_end(self):
        check_pointer(self.files, BASE)
        for actor, node in zip(self.actors, self.nodes, strict=True):
            if node.operation is not None:
                continue  # it died
            said, about = node.outcome
            if actor.name in "pqxy":
                assert (said == "published") == (about in self.shown), "I6: told the wrong thing"
            elif actor.name == "b":
                assert about == self.backs, "the rollback was told wrongly"
            elif said == "told":  # its run was removed: two runs were published since
                run = json.loads(next(a for a in node.answers if isinstance(a, bytes)))
                name = run["path"].removeprefix("exports/")
                assert name not in protected(self.files, BASE), "I2: a shown run was not read"


@pytest.fixture(params=stored_files.KINDS)
def world(request):
    """The actors, and a store with two published runs, the newer of them shown."""
    root = f"{request.param}://{BASE}"
    files = {}
    with still_time():
        for number in (2, 3):

            def publish(workspace, number=number):
                seen = load_pointer(workspace)
                run = NewRun(f"2026-01-0{number}", f"20260101T00000{number}Z-abcdef")
                publish_run(workspace, write_run(workspace, run, f"lists {number}"), seen, 9)
                return "published", ""

            alone(files, Actor(str(number), root, publish))
        works = {"p": publisher("a"), "q": publisher("b"), "b": rollback, "r": reader}
        # These remove nothing: of the two above there are a million states.
        works |= {"x": publisher("a", keep=9), "y": publisher("b", keep=9)}
        yield request.param, files, {n: Actor(n, root, work) for n, work in works.items()}


def alone(files, actor):
    node = actor.start
    while node.operation is not None:
        node = actor.after(node, perform(files, node.operation))
    return node.outcome


def test_random_interleavings_of_two_publishers_a_rollback_a_reader_and_a_crash(world, capsys):
    kind, files, actors = world
    finisher = Actor("f", f"{kind}://{BASE}", publisher("f"))
    dice, seen, began = random.Random(7), set(), time.monotonic()
    outcomes = set()
    while len(seen) < SCHEDULES[kind]:
        schedule = Schedule(files, [actors[name] for name in "pqbr"])
        # Half of the schedules lose a publisher or the rollback at one of its operations.
        dies, at = dice.choice(
            [(None, 0), (None, 0), (0, dice.randrange(60)), (2, dice.randrange(12))]
        )
        steps, history, run, i = [0, 0, 0, 0], [], 0, 0
        while live := schedule.live():
            if dies in live and steps[dies] == at:
                live.remove(dies)
                if not live:
                    break
            if i not in live or run <= 0:  # one actor goes on for a while, as processes do
                i, run = dice.choice(live), dice.choice((1, 1, 2, 4, 8, 30))
            schedule.step(i)
            steps[i] += 1
            run -= 1
            history.append(i)
            assert len(history) < 2_000, "it does not end"
        schedule.check_end()
        seen.add((dies, at, bytes(history)))
        outcomes.add(
            tuple(
                node.outcome and (node.outcome[0], node.outcome[1] == 1) for node in schedule.nodes
            )
        )
        # I5: whatever happened, the next night publishes.
        said, run_id = alone(schedule.files, finisher)
        assert said == "published"
        assert check_pointer(schedule.files, BASE) == run_id
    seconds = time.monotonic() - began
    with capsys.disabled():
        print(f"\n{kind}: {len(seen):,} interleavings in {seconds:.0f} s, {len(outcomes)} outcomes")
    assert len(outcomes) >= 10


@pytest.mark.parametrize("names", ["xy", "pb", "pr"])
def test_all_interleavings_of_two(world, names, capsys):
    """Every order of the operations of two actors, of which the first may die at any of them."""
    kind, files, actors = world
    known = {}

    def paths(schedule, dead):
        key = (
            hash(frozenset(schedule.files.items())), tuple(map(id, schedule.nodes)), dead,
            frozenset(schedule.shown), schedule.backs,
        )  # fmt: skip
        if key in known:
            return known[key]
        live = [i for i in schedule.live() if not (dead and i == 0)]
        if not live:
            schedule.check_end()
        found = 0 if live else 1
        for i in live:
            following = copied(schedule)
            following.step(i)
            found += paths(following, dead)
        if 0 in live and not dead:
            found += paths(copied(schedule), True)
        known[key] = found
        return found

    found = paths(Schedule(files, [actors[name] for name in names]), False)
    with capsys.disabled():
        print(f"\n{kind}, {names}: {found:.3g} interleavings, {len(known):,} states")
    assert found > 1_000


def copied(schedule):
    new = Schedule.__new__(Schedule)
    new.files, new.actors = dict(schedule.files), schedule.actors
    new.nodes, new.shown, new.backs = list(schedule.nodes), set(schedule.shown), schedule.backs
    new.now = schedule.now
    return new
