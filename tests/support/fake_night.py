"""A night of fast fake stages: real declarations, receipts and rule, work of a few bytes.

Each stage reads the files of the stages before it, the settings and nothing else, so a list made
from anything stale differs from `expected_list`.
"""

import json
from typing import Any

from steamrec.data.context import Context
from steamrec.errors import UsageError
from steamrec.pipeline.stage import Outcome, Stage
from steamrec.publish.pointer import POINTER
from steamrec.settings import Settings
from steamrec.workspace.receipts import digest

RAW: dict[str, str] = {}  # the files outside of the workspace
STARTED: list[str] = []  # the stages whose work was done
KILL_AT: list[int] = []  # how many writes are left until the process dies


class Killed(BaseException):
    """The process died."""


def _write(context: Context, name: str, value: Any) -> Outcome:
    for half in ("a", "b"):  # an output of two files: a kill may leave one of them
        if KILL_AT:
            KILL_AT[0] -= 1
            if KILL_AT[0] < 0:
                KILL_AT.clear()
                raise Killed
        context.workspace.write_json(f"{name}/{half}.json", value)
    return Outcome(hashes={name: digest(value)})


def _read(context: Context, name: str) -> Any:
    first, second = (context.workspace.read_json(f"{name}/{half}.json") for half in "ab")
    assert first == second, f"a reader of {name} saw a mixture"
    return first


def ingested(settings: Settings, raw: str) -> Any:
    return ["libraries", raw, settings.ingest.max_line_bytes]


def prepared(settings: Settings, libraries: Any) -> Any:
    return ["users", libraries, settings.prepare.min_items]


def split_off(settings: Settings, users: Any) -> Any:
    return ["train", users, settings.split.seed]


def sampled(settings: Settings, train: Any) -> Any:
    # Whole seeds apart give the same sample: an output may stay equal though a setting changed.
    return ["negatives", train, settings.sampling.seed // 2]


def fitted(settings: Settings, model: str, users: Any, train: Any, negatives: Any) -> Any:
    if model == "ease":
        return [model, users, train, settings.train.ease.regularization]
    return [model, users, train, negatives, settings.train.seed, settings.train.epochs]


def measured(settings: Settings, models: list[Any]) -> Any:
    return ["metrics", models, settings.evaluate.k]


def listed(settings: Settings, date: str, users: Any, metrics: Any, models: list[Any]) -> Any:
    return ["lists", date, users, metrics, models, settings.export.k, settings.gates.min_overlap]


def expected_list(settings: Settings, raw: str, date: str) -> Any:
    """What a night from nothing publishes."""
    users = prepared(settings, ingested(settings, raw))
    train = split_off(settings, users)
    negatives = sampled(settings, train)
    models = [fitted(settings, name, users, train, negatives) for name in settings.train.models]
    result = listed(settings, date, users, measured(settings, models), models)
    return json.loads(json.dumps(result))


def run(context: Context, stage: str, model: str = "", models: tuple[str, ...] = ()) -> Outcome:
    """The work of one fake stage."""
    STARTED.append(f"{stage}/{model}" if model else stage)
    settings = context.settings
    if stage == "ingest":
        return _write(context, "libraries", ingested(settings, RAW[settings.input.path]))
    if stage == "prepare":
        return _write(context, "users", prepared(settings, _read(context, "libraries")))
    if stage == "split":
        return _write(context, "train", split_off(settings, _read(context, "users")))
    if stage == "sample":
        return _write(context, "negatives", sampled(settings, _read(context, "train")))
    users, train = _read(context, "users"), _read(context, "train")
    if stage == "train":
        negatives = _read(context, "negatives")
        return _write(context, f"models/{model}", fitted(settings, model, users, train, negatives))
    artifacts = [_read(context, f"models/{name}") for name in models]
    if stage == "evaluate":
        return _write(context, "metrics", measured(settings, artifacts))
    lists = listed(settings, context.date, users, _read(context, "metrics"), artifacts)
    run_id = f"{len(STARTED)}-{digest(lists)}"
    outcome = _write(context, f"exports/{run_id}", lists)
    context.workspace.write_json(POINTER, {"run_id": run_id})
    outcome.hashes[POINTER] = digest(lists)
    return outcome


def _raw(context: Context) -> dict[str, str]:
    path = context.settings.input.path
    if path not in RAW:
        raise UsageError(f"The input {path} does not exist.")
    return {path: digest(RAW[path])}


def _stage(name: str, command: str, inputs: tuple[str, ...], **more: Any) -> Stage:
    work, _, model = name.partition("/")
    arguments = {"stage": work, **({"model": model} if model else {}), **more.pop("arguments", {})}
    return Stage(
        name, command, name, inputs, "tests.support.fake_night:run", arguments=arguments, **more
    )


def fake_night(settings: Settings) -> tuple[Stage, ...]:
    """As steamrec.pipeline.declarations.night."""
    models = settings.train.models
    fits = tuple(f"train/{name}" for name in models)
    return (
        _stage("ingest", "ingest", (), external=_raw),
        _stage("prepare", "prepare", ("ingest",)),
        _stage("split", "prepare", ("prepare",)),
        _stage("sample", "sample", ("split",)),
        *(_stage(name, "train", ("prepare", "split", "sample")) for name in fits),
        _stage("evaluate", "evaluate", ("prepare", "split", *fits), arguments={"models": models}),
        _stage(
            "export",
            "export",
            ("prepare", "split", "evaluate", *fits),
            arguments={"models": models},
            external=lambda context: {"the date": context.date},
        ),
    )


def visible_list(context: Context) -> Any:
    """What a reader sees: the pointer, then the run that it names; None before the first."""
    if not context.workspace.exists(POINTER):
        return None
    run_id = context.workspace.read_json(POINTER)["run_id"]
    return _read(context, f"exports/{run_id}")
