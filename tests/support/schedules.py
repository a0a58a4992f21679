"""Interleavings of processes that run real code on one store, step by step.

An actor is a function of the workspace. It is run once for each history of answers, up to its next
operation, and never again: schedules with the same history share the run. So a schedule costs
its operations on a dict and little more.
"""

import logging
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any
from unittest import mock

from steamrec.publish import pointer
from steamrec.workspace import Workspace, renaming_store, storage
from steamrec.workspace.json_text import json_bytes
from tests.support import stored_files
from tests.support.stored_files import Files, Operation

CLOCK = "clock"


class SuspendedError(BaseException):
    """The actor has asked for an operation that was not answered yet."""


@dataclass
class Node:
    """An actor after some history of answers: its next operation, or its outcome."""

    answers: tuple[Any, ...] = ()
    operation: Operation | None = None
    outcome: Any = None
    following: dict[Any, "Node"] = field(default_factory=dict)


class Actor:
    """A process that does `work`; its names (uuid) are its own and the same in each run."""

    def __init__(self, name: str, root: str, work: Callable[[Workspace], Any]) -> None:
        self.name, self.work, self.workspace = name, work, Workspace(root)
        self.start = self._node(())

    def after(self, node: Node, answer: Any) -> Node:
        """The node that follows when the operation is answered."""
        key = (type(answer), answer.errno) if isinstance(answer, OSError) else answer
        found = node.following.get(key)
        if found is None:
            found = node.following[key] = self._node((*node.answers, answer))
        return found

    def _node(self, answers: tuple[Any, ...]) -> Node:
        node, given, names = Node(answers), iter(answers), iter(range(10**6))

        def handler(operation: Operation) -> Any:
            if node.operation is not None:  # cleaning up after it was suspended
                raise SuspendedError
            for answer in given:
                if isinstance(answer, OSError):
                    raise type(answer)(*answer.args)
                return answer
            node.operation = operation
            raise SuspendedError

        def uuid4() -> SimpleNamespace:
            return SimpleNamespace(hex=f"{self.name}{next(names):06}")

        stored_files.HANDLER.append(handler)
        with mock.patch.object(uuid, "uuid4", uuid4):
            try:
                node.outcome = self.work(self.workspace)
            except SuspendedError:
                pass
            finally:
                stored_files.HANDLER.pop()
        return node


@contextmanager
def still_time() -> Iterator[None]:
    """Time does not pass, and a claim ends at once: others may break it at any moment."""
    clock = SimpleNamespace(time=lambda: 0.0, monotonic=lambda: 0.0, sleep=lambda seconds: None)
    with (
        mock.patch.object(renaming_store, "time", clock),
        mock.patch.object(renaming_store, "CLAIM_SECONDS", 0.0),
        mock.patch.object(pointer, "json_bytes", _once(json_bytes)),
        mock.patch.object(storage, "json_bytes", _once(json_bytes)),
    ):
        logging.disable(logging.WARNING)  # it would be logged in each run of an actor
        try:
            yield
        finally:
            logging.disable(logging.NOTSET)


def _once(encode: Callable[[Any], bytes]) -> Callable[[Any], bytes]:
    """The same function, which encodes equal values once: most of the time goes there."""
    known: dict[str, bytes] = {}

    def encoded(value: Any) -> bytes:
        key = repr(value)
        if key not in known:
            known[key] = encode(value)
        return known[key]

    return encoded


def perform(files: Files, operation: Operation) -> Any:
    """Do the operation; errors are answers too."""
    if operation[0] == CLOCK:  # how often it was asked for
        files[CLOCK] = files.get(CLOCK, b"") + b"x"
        return len(files[CLOCK])
    try:
        return stored_files.perform(files, operation)
    except OSError as error:
        return error
