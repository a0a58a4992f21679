"""What a stage is: a declaration of what it reads, depends on and writes, and how it is run.

Declarations are light: the module of `run` is imported when the stage runs.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

from steamrec.data.context import Context
from steamrec.data.tables import Table


@dataclass
class Outcome:
    """What a stage's run leaves for its receipt.

    Attributes:
        tables: the tables that were written; the runner hashes them.
        hashes: the hashes of other outputs (models, files), and of tables that the stage hashed
            itself.
        rows: the rows of tables that the stage hashed itself.
        counts: figures for the log and the receipt, in the order to print them.
    """

    tables: list[Table] = field(default_factory=list)
    hashes: dict[str, str] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)
    counts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Stage:
    """One stage of the night.

    The settings that it depends on are not declared: the runner records which ones it reads.

    Attributes:
        name: also the name of its receipt.
        command: the command of the command line that runs it.
        summary: what it does, in words.
        inputs: the stages whose outputs it reads.
        run: the "module:function" that does the work, called with the context and `arguments`.
        arguments: further arguments of `run`.
        external: returns a fingerprint of each input from outside of the workspace.
        code: further modules behind the output, beside that of `run`.
    """

    name: str
    command: str
    summary: str
    inputs: tuple[str, ...]
    run: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    external: Callable[[Context], dict[str, str]] = lambda context: {}
    code: tuple[str, ...] = ()

    def start(self, context: Context) -> Outcome:
        """Run the stage's work."""
        module, _, function = self.run.partition(":")
        outcome: Outcome = getattr(import_module(module), function)(context, **self.arguments)
        return outcome

    @property
    def modules(self) -> tuple[str, ...]:
        """The modules from which its code is reached."""
        return (self.run.partition(":")[0], *self.code)
