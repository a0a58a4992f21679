"""Random sequences of commands, changes, kills and damage: no list is made from anything stale."""

import itertools
from contextlib import suppress
from typing import Any

import fsspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from steamrec.data.context import Context
from steamrec.errors import RunError, UsageError
from steamrec.models.settings import load_settings
from steamrec.pipeline import nightly
from steamrec.workspace import Workspace
from tests.support import fake_night

COMMANDS = ("ingest", "prepare", "sample", "train", "evaluate", "export", "nightly", "nightly")
CHANGES = {
    "prepare.min_items": (5, 8),
    "split.seed": (1, 2),
    "sampling.seed": (2, 3, 4),
    "train.seed": (1, 2),
    "train.ease.regularization": (100.0, 200.0),
    "train.models": (["ease"], ["ease", "gmf"], ["gmf", "ease"]),
    "evaluate.k": ([10], [5, 10]),
    "export.k": (10, 5),
    "export.keep": (14, 2),
    "gates.min_overlap": (0.05, 0.1),
}
WORLDS = itertools.count()

runs = st.tuples(
    st.just("run"),
    st.sampled_from(COMMANDS),
    st.dictionaries(st.sampled_from(sorted(CHANGES)), st.integers(0, 2), max_size=2),
    st.sampled_from([False, False, False, True]),  # --fresh
    st.sampled_from([None, None, None, *range(0, 20, 3)]),  # dies after so many writes
    st.sampled_from(["2026-01-30", "2026-01-31"]),
)
damages = st.tuples(
    st.just("damage"), st.sampled_from(["delete", "flip", "add"]), st.integers(0, 10**6)
)
raws = st.tuples(st.just("raw"), st.sampled_from(["one", "two"]))
steps = st.lists(st.one_of(runs, runs, runs, damages, raws), min_size=1, max_size=7)


class World:
    """One workspace in memory, driven by the real runner over the fake stages."""

    def __init__(self) -> None:
        fsspec.filesystem("memory").store.clear()  # it is one for the process, and slow when full
        self.workspace = Workspace(f"memory://sequence-{next(WORLDS)}")
        self.chosen: dict[str, Any] = {}
        self.published: Any = None  # what readers must see
        self.damaged = False  # what is published was tampered with
        fake_night.RAW.clear()
        fake_night.RAW["raw"] = "one"

    def context(self, date: str, fresh: bool = False) -> Context:
        overrides = ["input.path=raw", 'train.models=["ease","gmf"]']
        overrides += [f"{name}={value!r}".replace("'", '"') for name, value in self.chosen.items()]
        return Context(load_settings(None, overrides), self.workspace, date=date, fresh=fresh)

    def run(self, command: str, changes: Any, fresh: bool, dies: int | None, date: str) -> None:
        kept = dict(self.chosen)
        self.chosen |= {name: CHANGES[name][i % len(CHANGES[name])] for name, i in changes.items()}
        context = self.context(date, fresh)
        fake_night.KILL_AT[:] = [] if dies is None else [dies]
        finished = False
        with suppress(UsageError, fake_night.Killed):
            nightly.run_command(command, context)
            finished = True
        fake_night.KILL_AT.clear()
        wanted = fake_night.expected_list(context.settings, fake_night.RAW["raw"], date)
        if finished and command in ("export", "nightly"):
            self.published, self.damaged = wanted, False
            assert fake_night.visible_list(context) == wanted
            fake_night.STARTED.clear()
            nightly.run_command("nightly", self.context(date))
            assert fake_night.STARTED == [], "a finished night runs nothing"
        if not finished and command != "nightly" and dies is None:
            # A refusal changes nothing, and the night that it names mends what it is about.
            assert self.seen(context) == self.published
        if changes and not finished:
            self.chosen = kept  # somebody tried settings, and goes on with the old ones
        if not self.damaged:
            assert self.seen(context) == self.published

    def seen(self, context: Context) -> Any:
        return self.published if self.damaged else fake_night.visible_list(context)

    def damage(self, how: str, number: int) -> None:
        root = f"/{self.workspace.root.removeprefix('memory://')}"
        files = fsspec.filesystem("memory")
        names = sorted(files.find(root)) if files.exists(root) else []
        if not names:
            return
        name = names[number % len(names)]
        self.damaged |= "/exports/" in name
        if how == "delete":
            files.rm(name)
        elif how == "flip":
            content = bytearray(files.cat_file(name))
            content[number % len(content)] ^= 1 << number % 8
            files.pipe_file(name, bytes(content))
        elif name.rsplit("/", 2)[-2] not in ("receipts", "train"):
            files.pipe_file(f"{name}.added", b"[]")


@pytest.fixture(autouse=True)
def fake_stages(monkeypatch):
    monkeypatch.setattr(nightly, "night", fake_night.fake_night)


@settings(
    max_examples=2_000,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps)
def test_a_visible_list_is_that_of_a_night_from_nothing_or_the_command_was_refused(sequence):
    world = World()
    for kind, *step in sequence:
        if kind == "run":
            with suppress(RunError):  # a damaged file was named
                world.run(*step)
        elif kind == "damage":
            world.damage(*step)
        else:
            fake_night.RAW["raw"] = step[0]
