"""The ways a command can end badly, each with its exit code.

Every message is one sentence for the person at the terminal: what is wrong and what to do.
"""


class SteamrecError(Exception):
    """The base of all errors that are reported without a traceback."""

    exit_code = 1


class UsageError(SteamrecError):
    """Bad use, bad settings or missing input, found before any work starts."""

    exit_code = 2


class RunError(SteamrecError):
    """A run that started and failed."""

    exit_code = 1


class UnexpectedError(RunError):
    """A failure that steamrec does not foresee: `__cause__` is the original error.

    Its traceback is in the run's log, where there is one.
    """


class NumericalError(RunError):
    """A fit whose numbers are not finite, or that has no solution with these settings."""


class GateRefusedError(SteamrecError):
    """A gate refused to publish; the previous export stays in place."""

    exit_code = 3
