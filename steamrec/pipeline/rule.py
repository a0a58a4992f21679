"""The one rule that decides whether a stage runs, and says why.

A stage is up to date when everything that its output depends on is what its receipt says, its
files are as they were written, and the same holds for every stage before it, back to the raw
files. The runner, `steamrec status` and single-stage commands all ask `reason_to_run`.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from steamrec.data.context import Context
from steamrec.errors import UsageError
from steamrec.pipeline.stage import Stage
from steamrec.settings.recorder import current_values
from steamrec.workspace.code_hash import code_of
from steamrec.workspace.file_sums import changed_file, file_sums
from steamrec.workspace.receipts import Basis, Receipt, load_receipt

FRESH = "--fresh was given"


def basis_of(stage: Stage, context: Context, settings: Mapping[str, Any]) -> Basis:
    """What the stage's output depends on now, given the values of the settings that it reads.

    An input without a receipt is left out. Raises UsageError when an input from outside is
    missing.
    """
    receipts = {name: load_receipt(context.workspace, name) for name in stage.inputs}
    code = code_of(stage.modules)
    return Basis(
        inputs={name: found.content_hash for name, found in receipts.items() if found},
        settings=_as_read_back({**settings, **stage.arguments}),
        external=stage.external(context),
        code=code.modules,
        libraries=code.libraries,
    )


def reason_to_run(stage: Stage, context: Context) -> str:
    """Why the stage is to run, in words; empty when its output is up to date.

    Asked of the stages in their order, as a stage relies on those before it. Raises UsageError
    when an input from outside is missing.
    """
    receipt = load_receipt(context.workspace, stage.name)
    if receipt is None:
        return "it has not finished yet"
    read = [name for name in receipt.basis.settings if name not in stage.arguments]
    now = basis_of(stage, context, current_values(context.settings, read))
    return difference(receipt.basis, now) or _damage(receipt, context)


def difference(then: Basis, now: Basis) -> str:
    """The first difference between what a stage depended on and what it would now, in words."""
    for name in _differing(then.settings, now.settings):
        old, new = (_word(values, name) for values in (then.settings, now.settings))
        return f"{name} changed from {old} to {new}"
    for name in _differing(then.external, now.external):
        return f"{name} {_change(then.external, now.external, name)}"
    for name in _differing(then.inputs, now.inputs):
        return f"its input '{name}' {_change(then.inputs, now.inputs, name)}"
    for name in _differing(then.libraries, now.libraries):
        old, new = (values.get(name, "none") for values in (then.libraries, now.libraries))
        return f"the library {name} changed from {old} to {new}"
    for name in _differing(then.code, now.code):
        return f"the code of {name} changed"
    return ""


def refuse_stale_inputs(
    command: str, stages: Iterable[Stage], own: Iterable[Stage], context: Context
) -> None:
    """Raise UsageError unless all that the `own` stages of `command` read is up to date.

    `stages` are those of the whole night in order. The sentence names the stage to run first.
    """
    own_names = {stage.name for stage in own}
    needed = _upstream(stages, own_names)
    for stage in stages:
        if stage.name not in needed or stage.name in own_names:
            continue
        reason = reason_to_run(stage, context)
        if reason:
            raise UsageError(
                f"'{command}' needs '{stage.name}' to be up to date in the workspace "
                f"{context.workspace.root}, but {reason}; run `steamrec {stage.command}` first "
                "with the same settings, or `steamrec nightly`."
            )


def _upstream(stages: Iterable[Stage], names: Iterable[str]) -> set[str]:
    inputs = {stage.name: stage.inputs for stage in stages}
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting.extend(inputs.get(name, ()))
    return found


def _damage(receipt: Receipt, context: Context) -> str:
    for name in receipt.outputs:
        changed = changed_file(receipt.files.get(name, {}), file_sums(context.workspace, name))
        if changed or not receipt.files.get(name):
            return f"its output {name} is not as it was written: {changed or 'it is gone'}"
    return ""


def _differing(then: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    return sorted(name for name in then.keys() | now.keys() if then.get(name) != now.get(name))


def _change(then: Mapping[str, str], now: Mapping[str, str], name: str) -> str:
    if name not in then:
        return "is new"
    return "changed" if name in now else "is no longer there"


def _word(values: Mapping[str, Any], name: str) -> str:
    return json.dumps(values[name], ensure_ascii=False) if name in values else "nothing"


def _as_read_back(values: dict[str, Any]) -> dict[str, Any]:
    """The values as a receipt gives them back: tuples as lists."""
    found: dict[str, Any] = json.loads(json.dumps(values, default=str))
    return found
